package io.sluice.backend.balance;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Each server in turn, whichever loop asks: HAProxy's {@code roundrobin} with equal weights. */
public final class RoundRobin implements Balancing {
  private final AtomicInteger turn = new AtomicInteger();

  @Override
  public Balancer over(List<? extends Candidate> candidates) {
    Candidate[] servers = candidates.toArray(new Candidate[0]);
    return (key, avoid) -> {
      int second = Balancer.NONE;
      for (int i = 0; i < servers.length; i++) {
        int place = Math.floorMod(turn.getAndIncrement(), servers.length);
        if (place == avoid) {
          second = place;
        } else if (servers[place].hasRoom()) {
          return place;
        }
      }
      return second != Balancer.NONE && servers[second].hasRoom() ? second : Balancer.NONE;
    };
  }
}
