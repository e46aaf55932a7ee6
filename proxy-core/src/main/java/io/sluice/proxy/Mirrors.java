package io.sluice.proxy;

import io.sluice.config.FrontendConfig;
import io.sluice.config.MirrorConfig;
import io.sluice.linux.SockAddr;
import io.sluice.mirror.Mirror;
import io.sluice.mirror.SinkFactory;
import io.sluice.transport.Transport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The mirrors that frontends use, by name; one that several of them use is one mirror.
 *
 * <p>A mirror goes on if its configuration is the same and its host name has the same address. Else
 * another one takes its place, with what was counted; the former one ends with its last session. It
 * writes to the same sinks where only other keys than theirs have changed, so that a file never has
 * two writers.
 */
final class Mirrors {

  /**
   * One that is in use.
   *
   * @param address empty unless the target is a server
   */
  private record Made(Mirror mirror, Optional<SockAddr> address) {}

  private final Transport transport;
  private final List<Mirror> retired = new ArrayList<>();
  private volatile Map<String, Made> byName = Map.of();

  Mirrors(Transport transport) {
    this.transport = transport;
  }

  /** What is to become of the mirrors; nobody sees anything of it yet. */
  final class Plan implements AutoCloseable {
    private final Map<String, MirrorConfig> configs = new LinkedHashMap<>();
    private final Map<String, Optional<SockAddr>> addresses = new LinkedHashMap<>();

    /** Where sinks had to be made. */
    private final Map<String, SinkFactory> sinks = new LinkedHashMap<>();

    private Plan() {}

    private void add(MirrorConfig config) throws IOException {
      String name = config.name();
      if (configs.put(name, config) != null) {
        return;
      }
      Optional<SockAddr> address = MirrorSinks.address(config);
      addresses.put(name, address);
      Made before = byName.get(name);
      boolean fits =
          before != null
              && before.address.equals(address)
              && MirrorSinks.areAlike(before.mirror.config(), config);
      if (!fits) {
        sinks.put(name, MirrorSinks.of(config, address, transport));
      }
    }

    /** Carries it out, but for {@link #retire}. */
    void commit() {
      Map<String, Made> made = new LinkedHashMap<>();
      configs.forEach((name, config) -> made.put(name, make(name, config)));
      byName.forEach(
          (name, before) -> {
            Made now = made.get(name);
            if (now == null || now.mirror != before.mirror) {
              retired.add(before.mirror);
            }
          });
      byName = made;
      sinks.clear(); // They belong to the mirrors now.
    }

    private Made make(String name, MirrorConfig config) {
      Made before = byName.get(name);
      SinkFactory own = sinks.get(name);
      if (before == null) {
        return new Made(new Mirror(config, own), addresses.get(name));
      }
      if (own == null && before.mirror.config().equals(config)) {
        return before;
      }
      Mirror next = own == null ? before.mirror.next(config) : before.mirror.next(config, own);
      return new Made(next, addresses.get(name));
    }

    /** Gives up what was made and is not used. */
    @Override
    public void close() {
      sinks.values().forEach(SinkFactory::close);
    }
  }

  /**
   * Prepares the mirrors of {@code frontends}.
   *
   * @throws IOException when a target has no address or cannot be written to
   */
  Plan plan(Iterable<FrontendConfig> frontends) throws IOException {
    Plan plan = new Plan();
    try {
      for (FrontendConfig frontend : frontends) {
        for (MirrorConfig config : frontend.mirrors()) {
          plan.add(config);
        }
      }
      return plan;
    } catch (IOException | RuntimeException e) {
      plan.close();
      throw e;
    }
  }

  /**
   * Lets go of the mirrors that were replaced, once every loop has heard of it: those that connect
   * before are mirrored as their frontend said.
   */
  void retire() {
    retired.forEach(Mirror::retire);
    retired.removeIf(Mirror::isOver);
  }

  /** The mirrors of a frontend. */
  List<Mirror> of(FrontendConfig frontend) {
    return frontend.mirrors().stream().map(config -> byName.get(config.name()).mirror).toList();
  }

  /**
   * The mirror of that name.
   *
   * @throws IllegalArgumentException when no frontend uses one
   */
  Mirror named(String name) {
    Made made = byName.get(name);
    if (made == null) {
      throw new IllegalArgumentException(
          "no frontend uses a mirror \"" + name + "\"; there are " + byName.keySet());
    }
    return made.mirror;
  }

  /** What each has counted; {@code lagsNs} is how far each is behind, where it is. */
  Map<String, Snapshot.MirrorState> states(Map<String, Long> lagsNs) {
    Map<String, Snapshot.MirrorState> all = new LinkedHashMap<>();
    byName.forEach(
        (name, made) ->
            all.put(
                name,
                new Snapshot.MirrorState(
                    made.mirror.toMap(), made.mirror.active(), lagsNs.getOrDefault(name, 0L))));
    return all;
  }

  /** Ends the writers of files; their loops must have let go of them. */
  void close() {
    byName.values().forEach(made -> made.mirror.close());
    retired.forEach(Mirror::close);
  }
}
