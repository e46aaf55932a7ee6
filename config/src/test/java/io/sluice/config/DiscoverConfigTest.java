package io.sluice.config;

import static io.sluice.config.Refused.bad;
import static io.sluice.config.Refused.problems;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.BackendConfig.ServerConfig;
import io.sluice.config.DiscoverConfig.RecordType;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Servers that DNS tells. */
class DiscoverConfigTest {

  static final DiscoverConfig OFF =
      new DiscoverConfig(
          "",
          RecordType.A,
          0,
          10,
          "slot",
          List.of(),
          Duration.ofSeconds(1),
          2,
          Duration.ofSeconds(2),
          Duration.ofSeconds(1),
          Duration.ofHours(1),
          Duration.ZERO,
          Duration.ofSeconds(30),
          DiscoverConfig.FOREVER);

  private static final String FRONTEND = "sluice.frontends.web { bind = \":80\", backend = app }\n";

  private static BackendConfig app(String hocon) throws ConfigException {
    return ConfigReader.parse("s.conf", FRONTEND + hocon).config().backends().get("app");
  }

  @Test
  void everyKeyIsRead() throws ConfigException {
    BackendConfig app =
        app(
            """
            sluice.backends.app.discover {
              name = "_db._tcp.Example.org.", type = srv, port = none, slots = 3, prefix = db-
              resolvers = ["10.0.0.53", "127.0.0.1:5353", "::1", "[::1]", "[fe80::1%eth0]:54"]
              timeout = 300ms, retries = 0, retry-interval = 7s, ttl-min = 5s, ttl-max = 5s
              hold-obsolete = 9s, hold-nx = 0s, hold-failure = 1h
            }
            """);

    assertThat(app.discover())
        .isEqualTo(
            new DiscoverConfig(
                "_db._tcp.Example.org.",
                RecordType.SRV,
                0,
                3,
                "db-",
                List.of(
                    new Address.Tcp("10.0.0.53", 53),
                    new Address.Tcp("127.0.0.1", 5353),
                    new Address.Tcp("::1", 53),
                    new Address.Tcp("::1", 53),
                    new Address.Tcp("fe80::1%eth0", 54)),
                Duration.ofMillis(300),
                0,
                Duration.ofSeconds(7),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                Duration.ofSeconds(9),
                Duration.ZERO,
                Duration.ofHours(1)));
  }

  @Test
  void nothingIsDiscoveredUnlessThereIsAName() throws ConfigException {
    BackendConfig app =
        app(
            """
            sluice.discover { resolvers = "10.0.0.53", slots = 5 }
            sluice.backends.app.servers.a = "h:1"
            """);

    assertThat(app.discover().isOn()).isFalse();
    assertThat(app.servers()).extracting(ServerConfig::name).containsExactly("a");
  }

  @Test
  void slotsComeAfterTheServersAndAreLikeThem() throws ConfigException {
    BackendConfig app =
        app(
            """
            sluice.discover { port = 5432, slots = 2, resolvers = "10.0.0.53" }
            sluice.backends.app {
              server-defaults { weight = 7, max-connections = 30 }
              check { type = tcp, port = 8080 }
              servers.a { address = "h:1", weight = 9 }
              discover.name = "db.example.org"
            }
            """);

    assertThat(app.servers()).extracting(ServerConfig::name).containsExactly("a", "slot1", "slot2");
    assertThat(app.servers()).extracting(ServerConfig::weight).containsExactly(9, 7, 7);
    assertThat(app.servers()).extracting(ServerConfig::maxConnections).containsOnly(30);
    assertThat(app.servers())
        .extracting(server -> server.health().check().target().port())
        .containsOnly(8080);
    assertThat(app.servers()).extracting(ServerConfig::isSlot).containsExactly(false, true, true);
    assertThat(app.servers().get(1).address()).hasToString("dns:db.example.org");
    assertThat(app.discover().resolvers()).containsExactly(new Address.Tcp("10.0.0.53", 53));
  }

  static Stream<Arguments> badInputs() {
    String own = "sluice.backends.app.discover";
    String at = "s.conf:2: " + own + ".";
    String name = "must be a domain name such as db.example.org, or none";
    String rule = "a name server is an IP address, with or without a port";
    String long64 = "x".repeat(64);
    return Stream.of(
        bad(
            own + " { name = db.example, type = a }",
            "s.conf:2: " + own + ": needs a port: only records of type srv tell one"),
        bad(
            own + " { name = db.example, type = srv, port = 1 }",
            at + "port = 1: means nothing: records of type srv tell it"),
        bad(
            own + ".slots = 3",
            "s.conf:2: sluice.backends.app.servers: at least one server is needed",
            "s.conf:2: " + own + ": needs a name: nothing is discovered without"),
        bad(
            own + " { name = \"10.0.0.1\", port = 1 }",
            "s.conf:2: sluice.backends.app.servers: at least one server is needed",
            at + "name = \"10.0.0.1\": " + name),
        bad(
            own + " { name = " + long64 + ", port = 1 }",
            "s.conf:2: sluice.backends.app.servers: at least one server is needed",
            at + "name = \"" + long64 + "\": " + name),
        bad(
            own + " { name = db.example, port = 1, type = mx }",
            at + "type = \"mx\": must be a or aaaa or any or srv"),
        bad(
            own + " { name = db.example, port = 1, slots = 0 }",
            at + "slots = 0: must be a whole number between 1 and 1000"),
        bad(
            own + " { name = db.example, port = 1, prefix = \"a b\" }",
            at + "prefix = \"a b\": must be letters, digits and _ . : -"),
        bad(
            own + " { name = db.example, port = 1, resolvers = [\"ns.example\"] }",
            at + "resolvers = \"ns.example\": the port is missing: ns.example:port"),
        bad(
            own + " { name = db.example, port = 1, resolvers = \"ns.example:53\" }",
            at + "resolvers = \"ns.example:53\": " + rule),
        bad(
            own + " { name = db.example, port = 1, timeout = 1ms }",
            at
                + "timeout = \"1ms\": must be a duration such as 30s, 5m or 500ms, between 10ms and 1m"),
        bad(
            own + " { name = db.example, port = 1, ttl-min = 2h }",
            at + "ttl-min = \"2h\": is more than ttl-max (1h)"),
        bad(
            own + " { name = db.example, port = 1, hold-failure = ever }",
            at
                + "hold-failure = \"ever\": must be a duration such as 30s, 5m or 500ms, between 0ms and 365d, or forever"),
        bad(
            "sluice.backends.app { servers.slot2 = \"h:1\", discover { name = db.example, port = 1 } }",
            "s.conf:2: sluice.backends.app.discover: slot and server have one name, slot2; set another prefix"),
        bad(
            own + " { name = db.example, port = 1 }, sluice.backends.app.observe.mode = connect",
            "s.conf:2: sluice.backends.app.observe.mode = \"connect\": needs a check: without one, a"
                + " server that is down would stay so for ever"));
  }

  @ParameterizedTest
  @MethodSource("badInputs")
  void everyProblemIsNamed(String hocon, List<String> messages) {
    assertThat(problems(FRONTEND + hocon)).containsExactlyInAnyOrderElementsOf(messages);
  }
}
