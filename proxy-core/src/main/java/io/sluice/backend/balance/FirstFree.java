package io.sluice.backend.balance;

import java.util.List;

/**
 * The first server of the file that has a free slot, so that the others may sleep: HAProxy's {@code
 * first}. Weights mean nothing to it, but 0.
 */
final class FirstFree implements Balancing {

  @Override
  public Balancer over(List<? extends Candidate> candidates) {
    Candidate[] servers = candidates.toArray(new Candidate[0]);
    return (key, avoid) -> Rooms.firstFrom(servers, 0, avoid);
  }
}
