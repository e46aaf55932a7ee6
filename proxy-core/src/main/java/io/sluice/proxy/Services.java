package io.sluice.proxy;

import io.sluice.backend.Backend;
import io.sluice.backend.Server;
import io.sluice.backend.ServerState;
import io.sluice.config.SluiceConfig;
import io.sluice.session.Frontend;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What a configuration has become: its backends and frontends by name, in its order. Immutable; a
 * reload makes another one.
 *
 * @param config null before the first
 */
record Services(
    SluiceConfig config, Map<String, Backend> backends, Map<String, Frontend> frontends) {

  /** Of no configuration yet. */
  static final Services NONE = new Services(null, Map.of(), Map.of());

  Services {
    backends = Collections.unmodifiableMap(new LinkedHashMap<>(backends));
    frontends = Collections.unmodifiableMap(new LinkedHashMap<>(frontends));
  }

  /** New connections in a second in all frontends together; 0 means without a limit. */
  int connectionRate() {
    return config == null ? 0 : config.connectionRate();
  }

  /** How many servers of all backends are in such a state. */
  int count(Predicate<ServerState> which) {
    return (int)
        backends.values().stream()
            .flatMap(backend -> backend.servers().stream())
            .filter(server -> which.test(server.state()))
            .count();
  }

  /**
   * A server by the names of the configuration.
   *
   * @throws IllegalArgumentException when there is no such backend or server
   */
  Server server(String backend, String server) {
    Backend found = backends.get(backend);
    if (found == null) {
      String known = String.join(", ", backends.keySet());
      throw new IllegalArgumentException("no backend \"" + backend + "\"; there are: " + known);
    }
    for (Server one : found.servers()) {
      if (one.name().equals(server)) {
        return one;
      }
    }
    throw new IllegalArgumentException(
        "backend \""
            + backend
            + "\" has no server \""
            + server
            + "\", but "
            + found.servers().stream().map(Server::name).collect(Collectors.joining(", ")));
  }
}
