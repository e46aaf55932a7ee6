package io.sluice.discovery;

import java.time.Duration;
import java.util.List;

/**
 * What a name stands for now.
 *
 * @param endpoints each address once, in the order of the answer
 * @param ttl how long that may be relied on
 */
public record Answer(List<Endpoint> endpoints, Duration ttl) {
  public Answer {
    endpoints = List.copyOf(endpoints);
  }
}
