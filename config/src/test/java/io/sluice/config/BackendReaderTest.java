package io.sluice.config;

import static io.sluice.config.Refused.bad;
import static io.sluice.config.Refused.problems;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.BackendConfig.ServerConfig;
import io.sluice.config.BalanceConfig.HashKey;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Balance, queue, retries and the terms of servers. */
class BackendReaderTest {

  /** Three good lines; what a test adds begins at line 4. */
  private static final String GOOD =
      """
      sluice.frontends.web { bind = ":80", backend = app }
      sluice.backends.app.servers.a = "h:1"

      """;

  private static SluiceConfig read(String hocon) throws ConfigException {
    return ConfigReader.parse("s.conf", GOOD + hocon).config();
  }

  private static BackendConfig app(String hocon) throws ConfigException {
    return read(hocon).backends().get("app");
  }

  static Stream<Arguments> badInputs() {
    String factor = "must be a percentage from 101% to 65536%";
    return Stream.of(
        bad(
            "sluice.hash.method = ring",
            "s.conf:4: sluice.hash.method = \"ring\": must be maglev or consistent"),
        bad(
            "sluice.hash.key = server",
            "s.conf:4: sluice.hash.key = \"server\": must be client-address or server-name"),
        bad(
            "sluice.hash { method = consistent, balance-factor = 100% }",
            "s.conf:4: sluice.hash.balance-factor = \"100%\": " + factor),
        bad(
            "sluice.hash { method = consistent, balance-factor = 150 }",
            "s.conf:4: sluice.hash.balance-factor = 150: " + factor + ", or none"),
        bad(
            "sluice.backends.app.hash.balance-factor = 150%",
            "s.conf:4: sluice.backends.app.hash.balance-factor = \"150%\": means nothing with"
                + " method maglev, only with consistent"),
        bad(
            "sluice.panic-threshold = 0%",
            "s.conf:4: sluice.panic-threshold = \"0%\": must be a share from 1% to 100%, or off"),
        bad(
            "sluice.backends.app.redispatch = sometimes",
            "s.conf:4: sluice.backends.app.redispatch = \"sometimes\": must be every, last, off, or"
                + " a number from 1 to 9999"),
        bad(
            "sluice.retries = -1",
            "s.conf:4: sluice.retries = -1: must be a whole number between 0 and 1000"),
        bad(
            "sluice.full-connections = 0",
            "s.conf:4: sluice.full-connections = 0: must be a whole number between 1 and"
                + " 2147483647, or auto"),
        bad(
            "sluice.timeouts.queue = soon",
            "s.conf:4: sluice.timeouts.queue = \"soon\": must be a duration such as 30s, 5m or"
                + " 500ms, between 1ms and 365d, or none"),
        bad(
            "sluice.server-defaults.weight = 257",
            "s.conf:4: sluice.server-defaults.weight = 257: must be a whole number between 0 and"
                + " 256"),
        bad(
            "sluice.backends.app.server-defaults.slow-start = -1s",
            "s.conf:4: sluice.backends.app.server-defaults.slow-start = \"-1s\": must be a duration"
                + " such as 30s, 5m or 500ms, between 1ms and 365d, or none"),
        bad(
            "sluice.backends.app.servers.b { address = \"h:2\", min-connections = 5 }",
            "s.conf:4: sluice.backends.app.servers.b.min-connections = 5: means nothing without"
                + " max-connections"),
        bad(
            "sluice.server-defaults { max-connections = 4, min-connections = 5 }",
            "s.conf:4: sluice.server-defaults.min-connections = 5: is more than max-connections"
                + " (4)"),
        bad(
            "sluice.backends.app.servers.a { address = \"h:1\", on-marked-down = kill }",
            "s.conf:4: sluice.backends.app.servers.a.on-marked-down = \"kill\": must be keep or"
                + " close-sessions"),
        bad(
            "sluice.backends.app.servers.b { address = \"h:1\", maxconn = 4 }",
            "s.conf:4: sluice.backends.app.servers.b.maxconn = 4: unknown key; the keys here are"
                + " address, agent, backup, check, max-connections, max-queue, min-connections,"
                + " observe, on-marked-down, on-marked-up, slow-start, source, weight"));
  }

  @ParameterizedTest
  @MethodSource("badInputs")
  void everyProblemIsNamed(String hocon, List<String> messages) {
    assertThat(problems(GOOD + hocon)).containsExactlyElementsOf(messages);
  }

  @Test
  void serversInheritFromTheirBackendAndThatFromAll() throws ConfigException {
    BackendConfig app =
        app(
            """
            sluice.server-defaults { weight = 3, max-connections = 10, max-queue = 7 }
            sluice.backends.app {
              server-defaults { max-connections = 20, slow-start = 5s }
              servers { b { address = "h:2", weight = 4 }, c = "h:3" }
            }
            """);

    assertThat(app.servers()).extracting(ServerConfig::weight).containsExactly(3, 4, 3);
    assertThat(app.servers()).extracting(ServerConfig::maxConnections).containsOnly(20);
    assertThat(app.servers()).extracting(ServerConfig::maxQueue).containsOnly(7);
    assertThat(app.servers())
        .extracting(ServerConfig::slowStart)
        .containsOnly(Duration.ofSeconds(5));
  }

  @Test
  void theQueueWaitsAsLongAsAConnectUnlessItHasItsOwnTime() throws ConfigException {
    assertThat(app("sluice.timeouts.connect = 7s").queueTimeout()).isEqualTo(Duration.ofSeconds(7));
    assertThat(app("sluice.timeouts { connect = 7s, queue = 2s }").queueTimeout())
        .isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void sourceLooksAtTheClientWhateverTheHashLooksAt() throws ConfigException {
    assertThat(app("sluice { balance = source, hash.key = server-name }").balance().key())
        .isEqualTo(HashKey.CLIENT_ADDRESS);
    assertThat(app("sluice { balance = hash, hash.key = server-name }").balance().key())
        .isEqualTo(HashKey.SERVER_NAME);
  }

  @Test
  void aBackendIsFullAtATenthOfItsFrontendsUnlessItSaysOtherwise() throws ConfigException {
    SluiceConfig config =
        read(
            """
            sluice.frontends.web.max-connections = 101
            sluice.frontends.two { bind = ":81", backend = app, max-connections = 50 }
            sluice.frontends.other { bind = ":82", backend = own, max-connections = 70 }
            sluice.frontends.other { server-names { "a.example" = named }, alpn { h2 = spoken } }
            sluice.backends.own { servers.a = "h:1", full-connections = 5 }
            sluice.backends.spare.servers.a = "h:1"
            sluice.backends.named.servers.a = "h:1"
            sluice.backends.spoken.servers.a = "h:1"
            """);

    assertThat(config.fullConnections(config.backends().get("app"))).isEqualTo(16);
    assertThat(config.fullConnections(config.backends().get("own"))).isEqualTo(5);
    assertThat(config.fullConnections(config.backends().get("spare"))).isEqualTo(1);
    assertThat(config.fullConnections(config.backends().get("named"))).isEqualTo(7);
    assertThat(config.fullConnections(config.backends().get("spoken"))).isEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource({"every, 1111", "off, 0000", "last, 0001", "2, 0101", "3, 0010", "9, 0000"})
  void redispatchTellsWhichRetriesMayChangeServers(String text, String expected)
      throws ConfigException {
    RetryConfig retry = app("sluice { retries = 4, redispatch = " + text + " }").retry();

    var may = new StringBuilder();
    for (int number = 1; number <= 4; number++) {
      may.append(retry.redispatches(number) ? '1' : '0');
    }
    assertThat(may).hasToString(expected);
  }

  @Test
  void doubtfulBalancesAreWarnings() throws ConfigException {
    Loaded loaded =
        ConfigReader.parse(
            "s.conf",
            GOOD
                + """
                sluice.backends.app { balance = first, servers.b = "h:2" }
                sluice.backends.app.server-defaults.weight = 0
                """);

    assertThat(loaded.warnings().stream().map(Problem::toString))
        .containsExactly(
            "s.conf:2: sluice.backends.app.servers: no server gets sessions: all have weight 0",
            "s.conf:4: sluice.backends.app.balance = \"first\": a server without max-connections is"
                + " never full: those after it get no sessions; set max-connections");
  }
}
