package io.sluice.backend.balance;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Each server in turn, as often as its weight: HAProxy's {@code roundrobin}, in the order of {@link
 * SmoothSequence}. One turn for all loops: who finds a server full, or is to avoid it, takes the
 * next turn too, so that the server after it does not get its share.
 */
final class RoundRobin implements Balancing {
  private final AtomicInteger turn = new AtomicInteger();

  @Override
  public Balancer over(List<? extends Candidate> candidates) {
    Candidate[] servers = candidates.toArray(new Candidate[0]);
    int[] weights = candidates.stream().mapToInt(Candidate::weightHundredths).toArray();
    return new Turns(servers, SmoothSequence.of(weights));
  }

  private final class Turns implements Balancer {
    private final Candidate[] servers;
    private final int[] sequence;

    Turns(Candidate[] servers, int[] sequence) {
      this.servers = servers;
      this.sequence = sequence;
    }

    @Override
    public int choose(long key, int avoid) {
      // A heavy server that is full may have several turns in a row: look a bit further than n.
      for (int i = 0; i < 2 * servers.length; i++) {
        int place = sequence[Integer.remainderUnsigned(turn.getAndIncrement(), sequence.length)];
        if (place != avoid && servers[place].hasRoom()) {
          return place;
        }
      }
      return Rooms.firstFrom(servers, 0, avoid);
    }
  }
}
