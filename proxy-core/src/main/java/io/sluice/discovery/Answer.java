package io.sluice.discovery;

import java.time.Duration;
import java.util.List;

/**
 * What a name stands for now.
 *
 * @param endpoints at least one, each address once, those that are wanted most first
 * @param ttl how long that may be relied on
 * @param more destinations beyond these that were not looked at because there are no slots for them
 */
record Answer(List<Endpoint> endpoints, Duration ttl, int more) {
  Answer {
    endpoints = List.copyOf(endpoints);
  }
}
