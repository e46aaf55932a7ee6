package io.sluice.proxy;

import io.sluice.config.FrontendConfig;
import io.sluice.config.MirrorConfig;
import io.sluice.mirror.Mirror;
import io.sluice.transport.Transport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The mirrors that frontends use, by name; one that several of them use is one mirror. */
final class Mirrors {
  private final Transport transport;
  private final Map<String, Mirror> byName = new LinkedHashMap<>();

  Mirrors(Transport transport) {
    this.transport = transport;
  }

  /**
   * The mirrors of a frontend, made if no other has them yet.
   *
   * @throws IOException when a target has no address or cannot be written to
   */
  List<Mirror> of(FrontendConfig frontend) throws IOException {
    List<Mirror> own = new ArrayList<>();
    for (MirrorConfig config : frontend.mirrors()) {
      Mirror mirror = byName.get(config.name());
      if (mirror == null) {
        mirror = new Mirror(config, MirrorSinks.of(config, transport));
        byName.put(config.name(), mirror);
      }
      own.add(mirror);
    }
    return own;
  }

  /**
   * The mirror of that name.
   *
   * @throws IllegalArgumentException when no frontend uses one
   */
  Mirror named(String name) {
    Mirror mirror = byName.get(name);
    if (mirror == null) {
      throw new IllegalArgumentException(
          "no frontend uses a mirror \"" + name + "\"; there are " + byName.keySet());
    }
    return mirror;
  }

  /** What each has counted; {@code lagsNs} is how far each is behind, where it is. */
  Map<String, Snapshot.MirrorState> states(Map<String, Long> lagsNs) {
    Map<String, Snapshot.MirrorState> all = new LinkedHashMap<>();
    byName.forEach(
        (name, mirror) ->
            all.put(
                name,
                new Snapshot.MirrorState(
                    mirror.toMap(), mirror.active(), lagsNs.getOrDefault(name, 0L))));
    return all;
  }

  /** Ends the writers of files; their loops must have let go of them. */
  void close() {
    byName.values().forEach(Mirror::close);
  }
}
