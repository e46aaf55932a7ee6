package io.sluice.health;

import io.sluice.backend.Health;
import io.sluice.backend.Server;
import io.sluice.loop.EventLoop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The health of all servers of a process. What is to be checked may change at any time.
 *
 * <p>Invariant: the checks of one server run on one loop for as long as it is checked, so that
 * those that follow others never meet them. Any thread; {@link #stop} must come before the loops
 * stop.
 */
public final class HealthChecks {
  private final List<EventLoop> loops;
  private final SplittableRandom random;
  private final Dialogues dialogues = new Dialogues();
  private final Map<Server, Watched> watched = new ConcurrentHashMap<>();
  private int dealtOut;
  private boolean stopped;

  /**
   * Of no servers yet.
   *
   * @param seed of the chance in intervals that are spread
   */
  public HealthChecks(List<EventLoop> loops, long seed) {
    this.loops = List.copyOf(loops);
    random = new SplittableRandom(seed);
  }

  /**
   * Checks {@code servers} from now on, and no others: those that are checked on the same terms
   * already are left alone; those on other terms keep what was found of them; new ones begin as
   * configured. A server that is among them with nothing to check it counts as up.
   */
  public synchronized void apply(List<ServerTerms> servers) {
    if (stopped) {
      return;
    }
    Map<Server, ServerTerms> wanted = new HashMap<>();
    servers.forEach(terms -> wanted.put(terms.server(), terms));
    for (Map.Entry<Server, Watched> entry : Map.copyOf(watched).entrySet()) {
      ServerTerms terms = wanted.get(entry.getKey());
      if (terms == null || !terms.isActive()) {
        watched.remove(entry.getKey());
        entry.getValue().end(terms != null);
      }
    }
    List<Watched> begun = new ArrayList<>();
    for (ServerTerms terms : servers) {
      Watched before = watched.get(terms.server());
      if (before != null && !before.terms.equals(terms)) {
        before.replace(terms);
      } else if (before == null && terms.isActive()) {
        Watched added = new Watched(loops.get(dealtOut++ % loops.size()), terms);
        watched.put(terms.server(), added);
        begun.add(added);
      }
    }
    start(begun);
  }

  /** The first checks are spread over the interval. */
  private static void start(List<Watched> begun) {
    int count = begun.stream().mapToInt(one -> one.health.size()).sum();
    int place = 0;
    for (Watched one : begun) {
      int first = place;
      ServerHealth health = one.health;
      one.loop.execute(() -> health.start(first, count));
      place += health.size();
    }
  }

  /** Stops soon: on each loop at its next turn. Servers stay as they were found. */
  public synchronized void stop() {
    stopped = true;
    watched.values().forEach(one -> one.end(false));
    dialogues.close();
  }

  /** The health of a server; empty if nothing looks after it. */
  public Optional<ServerHealth> of(Server server) {
    return Optional.ofNullable(watched.get(server)).map(one -> one.health);
  }

  /** One server and what looks after it, which a reload may replace. */
  private final class Watched {
    private final EventLoop loop;
    private ServerTerms terms;
    private volatile ServerHealth health;

    Watched(EventLoop loop, ServerTerms terms) {
      this.loop = loop;
      this.terms = terms;
      health = new ServerHealth(loop, terms, dialogues, random.split());
    }

    /** On the loop, where neither runs meanwhile. */
    void replace(ServerTerms next) {
      terms = next;
      SplittableRandom own = random.split();
      loop.execute(
          () -> {
            health.end();
            health = new ServerHealth(loop, next, dialogues, own);
            health.start(0, 1);
          });
    }

    void end(boolean isServerKept) {
      loop.execute(
          () -> {
            health.end();
            if (isServerKept) {
              health.server().setHealth(Health.UNCHECKED, "no check");
            }
          });
    }
  }
}
