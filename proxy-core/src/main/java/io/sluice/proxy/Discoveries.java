package io.sluice.proxy;

import io.sluice.backend.Server;
import io.sluice.config.BackendConfig;
import io.sluice.config.BackendConfig.ServerConfig;
import io.sluice.config.DiscoverConfig;
import io.sluice.discovery.Discovery;
import io.sluice.discovery.DiscoveryThread;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The discovery of servers for those backends that ask for it. One call at a time but for {@link
 * #hurry}, on no loop's thread: {@link #commit} blocks.
 */
final class Discoveries implements AutoCloseable {
  /** However patient the configuration is: whoever starts a proxy wants it to listen. */
  private static final Duration FIRST_MAX = Duration.ofSeconds(10);

  /** One that fills {@code slots}, or is about to. */
  record Filling(DiscoverConfig terms, List<Server> slots, Discovery discovery) {}

  /** Null until somebody needs it. */
  private DiscoveryThread thread;

  private volatile Map<String, Filling> byBackend = Map.of();
  private volatile boolean hurried;
  private boolean closed;

  /**
   * What is to be discovered by backends that are yet to be: what is the same as before goes on.
   *
   * @return by name of the backend, for {@link #commit}
   * @throws IOException when one cannot be: a name is none, say
   */
  Map<String, Filling> plan(List<Backends.Plan> backends) throws IOException {
    Map<String, Filling> next = new LinkedHashMap<>();
    for (Backends.Plan backend : backends) {
      DiscoverConfig terms = backend.config().discover();
      if (terms.isOn()) {
        String name = backend.config().name();
        List<Server> slots =
            backend.servers().stream().filter(server -> server.config().isSlot()).toList();
        Filling before = byBackend.get(name);
        boolean same =
            before != null
                && before.terms.equals(terms)
                && before.slots.equals(slots)
                && areSharedAlike(slots, backend.config());
        next.put(name, same ? before : filling(name, terms, slots));
      }
    }
    return next;
  }

  /** Else what the configuration says of shares takes the place of what records have told. */
  private static boolean areSharedAlike(List<Server> slots, BackendConfig next) {
    List<ServerConfig> configs = next.servers().stream().filter(ServerConfig::isSlot).toList();
    for (int i = 0; i < slots.size(); i++) {
      ServerConfig before = slots.get(i).config();
      ServerConfig after = configs.get(i);
      if (before.weight() != after.weight() || before.backup() != after.backup()) {
        return false;
      }
    }
    return true;
  }

  private Filling filling(String backend, DiscoverConfig terms, List<Server> slots)
      throws IOException {
    if (thread == null) {
      thread = new DiscoveryThread();
    }
    return new Filling(terms, slots, Discovery.of(backend, terms, slots, thread));
  }

  /**
   * Fills the slots of {@code next} and no others. Those that are filled already stay so until an
   * answer says otherwise, and when nobody asks any more.
   *
   * <p>Waits until each that is new has its first answer, or knows that there is none for now, but
   * not longer than its attempts may take, nor longer than ten seconds. Slots that have none stay
   * empty: a session that comes meanwhile finds no server, as with HAProxy's {@code init-addr
   * none}.
   */
  void commit(Map<String, Filling> next) {
    List<Filling> begun = new ArrayList<>(next.values());
    begun.removeAll(byBackend.values());
    for (Filling before : byBackend.values()) {
      if (!next.containsValue(before)) {
        before.discovery.stop();
      }
    }
    byBackend = next;
    begun.forEach(one -> one.discovery.start());
    if (!hurried) {
      awaitFirst(begun);
    }
  }

  boolean isHurried() {
    return hurried;
  }

  /** From now on nobody waits for first answers; who does so now waits no more. Any thread. */
  void hurry() {
    hurried = true; // Before those are looked at that a commit has put there before it looks.
    byBackend.values().forEach(one -> one.discovery.hurry());
  }

  private static void awaitFirst(List<Filling> begun) {
    long begunNs = System.nanoTime();
    for (Filling one : begun) {
      long boundNs = Math.min(FIRST_MAX.toNanos(), one.discovery.patience().toNanos());
      try {
        one.discovery.awaitFirst(boundNs - (System.nanoTime() - begunNs), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  @Override
  public void close() {
    if (!closed && thread != null) {
      thread.close();
    }
    closed = true;
  }
}
