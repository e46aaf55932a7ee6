package io.sluice.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * For every key a value that is not its default, and what has to be set for the key to mean
 * something. A row is looked up by the last words of a key, so that one does for all places where
 * the key may stand; of several that fit, the one of the most words counts.
 */
final class OtherValues {

  /** Lines to append to a configuration: those that the key needs, then the key itself. */
  record Change(String given, String setting) {}

  /** What is given stands in the section that holds the key; ^ is one section further up. */
  private record Row(String value, String given) {}

  private static final String TABLE =
      """
      threads | 3
      transport | nio
      max-connections | 77
      max-connection-rate | 77
      drain-timeout | 1s
      exit-idle-time | 1h
      timeouts.connect | 7s
      timeouts.queue | 7s
      timeouts.greeting | 7s
      timeouts.client | 7s
      timeouts.server | 7s
      timeouts.tunnel | 7s
      timeouts.client-fin | 7s
      timeouts.server-fin | 7s
      timeouts.tarpit | 7s
      pump.mode | copy
      pump.splice-after-reads | 7
      pump.splice-at-least | 16KiB
      pump.copy-after-fills | 7
      pump.copy-below | 7KiB
      pump.buffer-size | 128KiB
      pump.pipe-size | 512KiB
      pump.pipe-budget | 7000
      pump.turn-budget | 512KiB

      bind | ":7"
      backend | other
      mirror | t
      allow | "10.0.0.0/8"
      deny | unix
      deny-action | tarpit
      limits.source-rate | 7/s
      limits.source-connections | 7
      limits.sources | 7
      limits.ipv6-prefix | 48
      limits.action | close
      limits.max-tarpitted | 7
      accept-proxy-protocol.require | "10.0.0.0/8"
      control-socket | "/run/seven.sock"
      accept-proxy-protocol.accept | "10.0.0.0/8"
      accept-proxy-protocol.ignore | "10.0.0.0/8"
      accept-proxy-protocol.reject | unix
      accept-proxy-protocol.otherwise | require
      accept-proxy-protocol.max-header | 7KiB
      server-names | { "a.example" = other }
      alpn | { h2 = other }
      inspect-timeout | 7s
      bandwidth.per-session-to-server | 7MiB
      bandwidth.per-session-to-client | 7MiB
      bandwidth.to-server | 7MiB
      bandwidth.to-client | 7MiB
      listen.backlog | 7
      listen.defer-accept | 7s
      listen.fast-open | 7
      listen.v6only | true
      listen.unix-mode | 0600
      listen.unix-owner | root
      listen.unix-group | root

      balance | leastconn
      hash.key | server-name
      hash.method | consistent
      hash.balance-factor | 150% | method = consistent
      use-all-backups | true
      panic-threshold | 7%
      retries | 7
      redispatch | last
      full-connections | 7
      send-proxy-protocol | v2
      max-lifetime | 7h
      max-lifetime-jitter | 7%
      weight | 7
      backup | true
      min-connections | 7 | max-connections = 77
      max-queue | 7
      slow-start | 7s
      on-marked-down | close-sessions
      on-marked-up | close-backup-sessions
      servers.s.address | "h:7"
      discover.name | seven.example | name = a.example, port = 8
      discover.type | aaaa | name = a.example, port = 8
      discover.port | 7 | name = a.example, port = 8
      discover.slots | 7 | name = a.example, port = 8
      discover.prefix | seven | name = a.example, port = 8
      discover.resolvers | ["10.0.0.7"] | name = a.example, port = 8
      discover.timeout | 777ms | name = a.example, port = 8
      discover.retries | 7 | name = a.example, port = 8
      discover.retry-interval | 777ms | name = a.example, port = 8
      discover.ttl-min | 7s | name = a.example, port = 8
      discover.ttl-max | 7m | name = a.example, port = 8
      discover.hold-obsolete | 7s | name = a.example, port = 8
      discover.hold-nx | 7s | name = a.example, port = 8
      discover.hold-failure | 7s | name = a.example, port = 8
      source.address | "10.0.0.7"
      source.ports | 7000-7007
      source.interface | lo
      source.transparent | true | address = "10.0.0.7"
      tcp.nodelay | false
      tcp.keep-alive | true
      tcp.keep-alive-idle | 7s
      tcp.keep-alive-interval | 7s
      tcp.keep-alive-count | 7
      tcp.user-timeout | 7s
      tcp.receive-buffer | 7KiB
      tcp.send-buffer | 7KiB
      tcp.congestion-control | reno

      check.type | tcp
      check.interval | 7s
      check.fast-interval | 7s
      check.down-interval | 7s
      check.timeout | 7s
      check.rise | 7
      check.fall | 7
      check.spread | 7%
      check.initial-state | down
      check.address | "10.0.0.7"
      check.port | 7
      check.send-expect | [{ expect = ab }] | type = send-expect, send-expect = [{ expect-hex = "6162" }]
      check.http.method | GET | ^type = http
      check.http.path | "/seven" | ^type = http
      check.http.host | seven.example | ^type = http
      check.http.status | 207 | ^type = http
      check.server-name | seven.example | type = tls
      check.proxy-protocol | v1
      agent.port | 7
      agent.address | "10.0.0.7" | port = 7
      agent.interval | 7s
      agent.send | "seven"
      observe.mode | connect | ^check.type = tcp
      observe.error-limit | 7
      observe.on-error | mark-down

      direction | to-client
      when-slow | block
      buffer | 64KiB
      max-lag | 7s
      sample | 7%
      max-sessions | 7
      proxy-protocol | v2
      connect-timeout | 7s
      replies | "file:/tmp/r/{session}"
      max-bytes | 7MiB
      rotate-size | 7MiB
      keep | 7
      to | "h:7"
      """;

  private static final Map<String, Row> ROWS = new LinkedHashMap<>();

  static {
    for (String line : TABLE.lines().filter(line -> !line.isBlank()).toList()) {
      String[] cells = line.split(" \\| ", 3);
      ROWS.put(cells[0], new Row(cells[1], cells.length < 3 ? "" : cells[2]));
    }
  }

  private OtherValues() {}

  /**
   * A change of one key.
   *
   * @param key a pattern of {@link Keys}; the names in it become frontend {@code f}, backend {@code
   *     b}, server {@code s}, and a mirror that has a use for the key: {@code t} is one to a
   *     server, {@code d} to files, {@code c} a capture
   */
  static Change of(String key) {
    String last = key.substring(key.lastIndexOf('.') + 1);
    String mirror =
        switch (last) {
          case "max-bytes" -> "d";
          case "rotate-size", "keep" -> "c";
          default -> "t";
        };
    String path =
        key.replace("frontends.*", "frontends.f")
            .replace("backends.*", "backends.b")
            .replace("servers.*", "servers.s")
            .replace("mirrors.*", "mirrors." + mirror);
    Row row = row(path);
    String section = path.substring(0, path.lastIndexOf('.'));
    String given = row.given();
    if (given.startsWith("^")) {
      section = section.substring(0, section.lastIndexOf('.'));
      given = given.substring(1);
    }
    return new Change(
        given.isEmpty() ? "" : section + " { " + given + " }", path + " = " + row.value());
  }

  private static Row row(String path) {
    List<String> words = List.of(path.split("\\."));
    for (int first = 0; first < words.size(); first++) {
      Row row = ROWS.get(String.join(".", words.subList(first, words.size())));
      if (row != null) {
        return row;
      }
    }
    throw new AssertionError("a new key needs a row with another value here: " + path);
  }
}
