package io.sluice.app;

import io.sluice.config.BackendConfig;
import io.sluice.config.FrontendConfig;
import io.sluice.config.SluiceConfig;
import io.sluice.linux.SockAddr;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Says where the proxy listens, and where that leads. */
final class ListenLines {
  private ListenLines() {}

  /**
   * A line for each address.
   *
   * @param addresses by frontend
   * @param way how bytes are moved, in words
   */
  static List<String> of(SluiceConfig config, Map<String, List<SockAddr>> addresses, String way) {
    List<String> lines = new ArrayList<>();
    addresses.forEach(
        (name, own) -> {
          String target = target(config, config.frontends().get(name));
          own.forEach(
              address -> lines.add(name + " listens on " + address + " -> " + target + " " + way));
        });
    return lines;
  }

  /** Those of {@code these} that {@code others} do not have, by frontend. */
  static Map<String, List<SockAddr>> without(
      Map<String, List<SockAddr>> these, Map<String, List<SockAddr>> others) {
    Map<String, List<SockAddr>> rest = new LinkedHashMap<>();
    these.forEach(
        (frontend, addresses) -> {
          List<SockAddr> own = new ArrayList<>(addresses);
          own.removeAll(others.getOrDefault(frontend, List.of()));
          rest.put(frontend, own);
        });
    return rest;
  }

  /**
   * {@code backend: address, address, mirrored to target, target}; the backend's name only where it
   * says something.
   */
  private static String target(SluiceConfig config, FrontendConfig frontend) {
    BackendConfig backend = config.backends().get(frontend.backend());
    String servers =
        backend.servers().stream()
            .map(server -> server.address().toString())
            .distinct() // All slots have one.
            .collect(Collectors.joining(", "));
    String target =
        backend.name().equals(frontend.name()) ? servers : backend.name() + ": " + servers;
    return frontend.mirrors().isEmpty() ? target : target + ", mirrored to " + mirrors(frontend);
  }

  private static String mirrors(FrontendConfig frontend) {
    return frontend.mirrors().stream()
        .map(mirror -> mirror.target().toString())
        .collect(Collectors.joining(", "));
  }
}
