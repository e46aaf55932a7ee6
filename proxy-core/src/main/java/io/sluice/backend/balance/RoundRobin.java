package io.sluice.backend.balance;

import java.util.concurrent.atomic.AtomicInteger;

/** Each server in turn, whichever loop asks: HAProxy's {@code roundrobin} with equal weights. */
public final class RoundRobin implements Balancer {
  private final AtomicInteger turn = new AtomicInteger();

  @Override
  public int next(int servers) {
    return Math.floorMod(turn.getAndIncrement(), servers);
  }
}
