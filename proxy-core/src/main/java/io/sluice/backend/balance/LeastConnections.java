package io.sluice.backend.balance;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The server with the fewest sessions for its weight: HAProxy's {@code leastconn}. Those alike are
 * taken in turn, so that many idle servers do not leave all work to the first.
 *
 * <p>Looks at each server, twice where several are alike.
 */
final class LeastConnections implements Balancing {
  private final AtomicInteger turn = new AtomicInteger();

  @Override
  public Balancer over(List<? extends Candidate> candidates) {
    Candidate[] servers = candidates.toArray(new Candidate[0]);
    int[] weights = candidates.stream().mapToInt(Candidate::weightHundredths).toArray();
    return new Least(servers, weights);
  }

  private final class Least implements Balancer {
    private final Candidate[] servers;
    private final int[] weights;

    Least(Candidate[] servers, int[] weights) {
      this.servers = servers;
      this.weights = weights;
    }

    @Override
    public int choose(long key, int avoid) {
      int best = NONE;
      int bestSessions = 0;
      int alike = 0;
      for (int place = 0; place < servers.length; place++) {
        if (place == avoid || !servers[place].hasRoom()) {
          continue;
        }
        int sessions = servers[place].sessions();
        int order =
            best == NONE ? -1 : Load.compare(sessions, weights[place], bestSessions, weights[best]);
        if (order < 0) {
          best = place;
          bestSessions = sessions;
          alike = 1;
        } else if (order == 0) {
          alike++;
        }
      }
      if (best == NONE) {
        return Rooms.firstFrom(servers, 0, avoid);
      }
      return alike == 1 ? best : another(best, bestSessions, alike, avoid);
    }

    /** The one of those alike whose turn it is; {@code best} if they have changed meanwhile. */
    private int another(int best, int bestSessions, int alike, int avoid) {
      int skip = Integer.remainderUnsigned(turn.getAndIncrement(), alike);
      for (int place = best; place < servers.length; place++) {
        if (place != avoid
            && servers[place].hasRoom()
            && Load.compare(servers[place].sessions(), weights[place], bestSessions, weights[best])
                <= 0) {
          if (skip == 0) {
            return place;
          }
          skip--;
        }
      }
      return best;
    }
  }
}
