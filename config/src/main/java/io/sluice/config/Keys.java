package io.sluice.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Every key there is and where it may stand; {@code *} stands for a name that the operator chooses.
 *
 * <p>A key that is known in a frontend or backend and also under {@code sluice} is inherited: what
 * the frontend or backend does not set, it takes from there. A mirror takes it from {@code
 * sluice.mirror-defaults}.
 */
final class Keys {

  static final String NAME = "*";

  private static final List<String> TCP =
      List.of(
          "nodelay",
          "keep-alive",
          "keep-alive-idle",
          "keep-alive-interval",
          "keep-alive-count",
          "user-timeout",
          "receive-buffer",
          "send-buffer",
          "congestion-control");

  private static final List<String> LISTEN =
      List.of(
          "backlog",
          "defer-accept",
          "fast-open",
          "v6only",
          "unix-mode",
          "unix-owner",
          "unix-group");

  private static final List<String> BANDWIDTH =
      List.of("per-session-to-server", "per-session-to-client", "to-server", "to-client");

  private static final List<String> SOURCE =
      List.of("address", "ports", "interface", "transparent");

  private static final List<String> PUMP =
      List.of(
          "mode",
          "splice-after-reads",
          "splice-at-least",
          "copy-after-fills",
          "copy-below",
          "buffer-size",
          "pipe-size",
          "pipe-budget",
          "turn-budget");

  /** What a frontend inherits. */
  private static final List<String> FRONTEND =
      List.of(
          "max-connections",
          "max-connection-rate",
          "timeouts",
          "allow",
          "deny",
          "deny-action",
          "limits",
          "accept-proxy-protocol",
          "server-names",
          "alpn",
          "inspect-timeout",
          "bandwidth",
          "mirror",
          "tcp",
          "listen");

  /** What a backend has to do with its servers, and all servers of it. */
  private static final List<String> BACKEND =
      List.of(
          "balance",
          "hash",
          "use-all-backups",
          "panic-threshold",
          "retries",
          "redispatch",
          "full-connections",
          "send-proxy-protocol",
          "max-lifetime",
          "max-lifetime-jitter",
          "server-defaults",
          "discover");

  private static final List<String> HASH = List.of("key", "method", "balance-factor");

  private static final List<String> SERVER =
      List.of(
          "weight",
          "backup",
          "max-connections",
          "min-connections",
          "max-queue",
          "slow-start",
          "on-marked-down",
          "on-marked-up");

  private static final List<String> ACCEPT_PROXY =
      List.of("require", "accept", "ignore", "reject", "otherwise", "max-header");

  private static final List<String> MIRROR =
      List.of(
          "direction",
          "when-slow",
          "buffer",
          "max-lag",
          "sample",
          "max-sessions",
          "proxy-protocol",
          "connect-timeout",
          "replies",
          "max-bytes",
          "rotate-size",
          "keep");

  private static final List<String> CHECK =
      List.of(
          "type",
          "interval",
          "fast-interval",
          "down-interval",
          "timeout",
          "rise",
          "fall",
          "spread",
          "initial-state",
          "address",
          "port",
          "send-expect",
          "http",
          "server-name",
          "proxy-protocol");

  static final List<String> DISCOVER =
      List.of(
          "name",
          "type",
          "port",
          "slots",
          "prefix",
          "resolvers",
          "timeout",
          "retries",
          "retry-interval",
          "ttl-min",
          "ttl-max",
          "hold-obsolete",
          "hold-nx",
          "hold-failure");

  private static final List<String> LIMITS =
      List.of(
          "source-rate", "source-connections", "sources", "ipv6-prefix", "action", "max-tarpitted");

  private static final Map<String, List<String>> SECTIONS = new LinkedHashMap<>();

  static {
    top();
    frontends();
    backends();
  }

  private Keys() {}

  private static void top() {
    SECTIONS.put("", List.of("sluice", "vars"));
    SECTIONS.put(
        "sluice",
        concat(
            concat(FRONTEND, BACKEND),
            "threads",
            "transport",
            "drain-timeout",
            "exit-idle-time",
            "control-socket",
            "source",
            "pump",
            "check",
            "agent",
            "observe",
            "mirror-defaults",
            "mirrors",
            "frontends",
            "backends"));
    SECTIONS.put(
        "sluice.timeouts",
        List.of(
            "connect",
            "queue",
            "greeting",
            "client",
            "server",
            "tunnel",
            "client-fin",
            "server-fin",
            "tarpit"));
    SECTIONS.put("sluice.hash", HASH);
    SECTIONS.put("sluice.server-defaults", SERVER);
    SECTIONS.put("sluice.discover", DISCOVER);
    SECTIONS.put("sluice.limits", LIMITS);
    SECTIONS.put("sluice.accept-proxy-protocol", ACCEPT_PROXY);
    SECTIONS.put("sluice.bandwidth", BANDWIDTH);
    SECTIONS.put("sluice.source", SOURCE);
    SECTIONS.put("sluice.tcp", TCP);
    SECTIONS.put("sluice.listen", LISTEN);
    SECTIONS.put("sluice.pump", PUMP);
    SECTIONS.put("sluice.mirror-defaults", MIRROR);
    SECTIONS.put("sluice.mirrors", List.of(NAME));
    SECTIONS.put("sluice.mirrors.*", concat(MIRROR, "to"));
  }

  private static void frontends() {
    SECTIONS.put("sluice.frontends", List.of(NAME));
    SECTIONS.put("sluice.frontends.*", concat(FRONTEND, "bind", "backend"));
    SECTIONS.put(
        "sluice.frontends.*.timeouts", List.of("greeting", "client", "client-fin", "tarpit"));
    SECTIONS.put("sluice.frontends.*.limits", LIMITS);
    SECTIONS.put("sluice.frontends.*.accept-proxy-protocol", ACCEPT_PROXY);
    SECTIONS.put("sluice.frontends.*.bandwidth", BANDWIDTH);
    SECTIONS.put("sluice.frontends.*.tcp", TCP);
    SECTIONS.put("sluice.frontends.*.listen", LISTEN);
  }

  private static void backends() {
    SECTIONS.put("sluice.backends", List.of(NAME));
    SECTIONS.put(
        "sluice.backends.*",
        concat(BACKEND, "check", "agent", "observe", "servers", "timeouts", "source", "tcp"));
    SECTIONS.put("sluice.backends.*.hash", HASH);
    SECTIONS.put("sluice.backends.*.server-defaults", SERVER);
    SECTIONS.put("sluice.backends.*.discover", DISCOVER);
    SECTIONS.put("sluice.backends.*.source", SOURCE);
    SECTIONS.put("sluice.backends.*.servers.*.source", SOURCE);
    SECTIONS.put(
        "sluice.backends.*.timeouts",
        List.of("connect", "queue", "server", "tunnel", "server-fin"));
    SECTIONS.put("sluice.backends.*.tcp", TCP);
    SECTIONS.put("sluice.backends.*.servers", List.of(NAME));
    SECTIONS.put(
        "sluice.backends.*.servers.*",
        concat(SERVER, "address", "check", "agent", "observe", "source"));
    for (String above : List.of("sluice", "sluice.backends.*", "sluice.backends.*.servers.*")) {
      SECTIONS.put(above + ".check", CHECK);
      SECTIONS.put(above + ".check.http", List.of("method", "path", "host", "status"));
      SECTIONS.put(above + ".agent", List.of("port", "address", "interval", "send"));
      SECTIONS.put(above + ".observe", List.of("mode", "error-limit", "on-error"));
    }
  }

  private static List<String> concat(List<String> some, String... more) {
    return concat(List.of(more), some);
  }

  private static List<String> concat(List<String> some, List<String> more) {
    List<String> all = new ArrayList<>(some);
    all.addAll(more);
    return List.copyOf(all);
  }

  static String join(String section, String key) {
    return section.isEmpty() ? key : section + "." + key;
  }

  /** Whether {@code key} may stand in {@code section}, which is a pattern. */
  static boolean isKnown(String section, String key) {
    List<String> keys = SECTIONS.getOrDefault(section, List.of());
    return keys.contains(key) || keys.contains(NAME);
  }

  /** Every key that holds a value rather than a section, as patterns. */
  static Set<String> leaves() {
    Set<String> leaves = new LinkedHashSet<>();
    SECTIONS.forEach((section, keys) -> keys.forEach(key -> leaves.add(join(section, key))));
    leaves.removeAll(SECTIONS.keySet());
    leaves.remove("vars");
    return leaves;
  }

  /** What to say about an unknown key: a misspelling, or the place where the key belongs. */
  static String remedy(String section, String key) {
    List<String> here = SECTIONS.getOrDefault(section, List.of());
    if (Spelling.nearest(key, here, 1).isPresent()) {
      return Spelling.didYouMean(key, here);
    }
    List<String> homes = homes(section, key);
    if (!homes.isEmpty()) {
      return "it belongs in " + String.join(" or ", homes);
    }
    String near = Spelling.didYouMean(key, here);
    return near.isEmpty() ? "the keys here are " + list(here) : near;
  }

  /**
   * Sections that know {@code key}. The last word of the section counts where it can: {@code
   * timeouts.server} belongs in another {@code timeouts}.
   */
  private static List<String> homes(String section, String key) {
    String last = section.substring(section.lastIndexOf('.') + 1);
    List<String> alike = new ArrayList<>();
    List<String> any = new ArrayList<>();
    SECTIONS.forEach(
        (home, keys) -> {
          if (keys.contains(key)) {
            String shown = home.replace(NAME, "<name>");
            any.add(shown);
            if (home.endsWith("." + last)) {
              alike.add(shown);
            }
          }
        });
    return alike.isEmpty() || last.equals(NAME) ? any : alike;
  }

  private static String list(List<String> keys) {
    return new TreeSet<>(keys).stream().collect(Collectors.joining(", "));
  }
}
