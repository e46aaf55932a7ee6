package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.Address.Tcp;
import io.sluice.config.Address.Unix;
import io.sluice.config.BackendConfig.OnMarkedDown;
import io.sluice.config.BackendConfig.OnMarkedUp;
import io.sluice.config.BackendConfig.ServerConfig;
import io.sluice.config.BalanceConfig.Algorithm;
import io.sluice.config.BalanceConfig.HashConfig;
import io.sluice.config.BalanceConfig.HashKey;
import io.sluice.config.BalanceConfig.HashMethod;
import io.sluice.config.PumpConfig.Mode;
import io.sluice.config.SluiceConfig.TransportChoice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigReaderTest {

  private static final String EXAMPLE =
      """
      sluice {
        threads = auto
        transport = auto            # auto | epoll | nio
        drain-timeout = 30s
        timeouts { connect = 5s, client = 1m, server = 1m, client-fin = 30s, server-fin = 30s }
        frontends {
          web { bind = ["127.0.0.1:8080", "[::1]:8080", "unix:/run/sluice/web.sock"], \
          backend = app, max-connections = 10000 }
        }
        backends {
          app { balance = roundrobin, servers { a { address = "127.0.0.1:9001" }, \
          b { address = "127.0.0.1:9002" } } }
        }
      }
      """;

  private static final String SMALL =
      """
      sluice.frontends.web { bind = ":8080", backend = app }
      sluice.backends.app.servers.a = "127.0.0.1:9001"
      """;

  private static final TcpOptions PLAIN_TCP =
      new TcpOptions(true, false, Duration.ZERO, Duration.ZERO, 0, Duration.ZERO, 0, 0, "");

  private static final ListenOptions PLAIN_LISTEN =
      new ListenOptions(4096, Duration.ZERO, 0, false);

  @TempDir Path directory;

  @Test
  void exampleIsRead() throws ConfigException {
    Loaded loaded = ConfigReader.parse("sluice.conf", EXAMPLE);

    assertThat(loaded.warnings()).isEmpty();
    FrontendConfig web = loaded.config().frontends().get("web");
    assertThat(web.binds())
        .containsExactly(
            new Tcp("127.0.0.1", 8080), new Tcp("::1", 8080), new Unix("/run/sluice/web.sock"));
    assertThat(web.backend()).isEqualTo("app");
    assertThat(loaded.config().backends().get("app").servers())
        .containsExactly(
            plainServer("a", new Tcp("127.0.0.1", 9001)),
            plainServer("b", new Tcp("127.0.0.1", 9002)));
  }

  private static ServerConfig plainServer(String name, Address address) {
    return new ServerConfig(
        name,
        address,
        1,
        false,
        0,
        0,
        Integer.MAX_VALUE,
        Duration.ZERO,
        OnMarkedDown.KEEP,
        OnMarkedUp.KEEP,
        PLAIN_TCP,
        HealthConfigTest.DEFAULTS);
  }

  @Test
  void defaultsComeFromTheReference() throws ConfigException {
    SluiceConfig config = ConfigReader.parse("sluice.conf", SMALL).config();

    var pump = new PumpConfig(Mode.AUTO, 2, 32768, 3, 12288, 65536, 1048576, 0, 1048576);
    var web =
        new FrontendConfig(
            "web",
            List.of(new Tcp("", 8080)),
            "app",
            List.of(),
            10000,
            Duration.ofMinutes(1),
            Duration.ofSeconds(30),
            AdmissionConfigTest.DEFAULT,
            new GreetingConfig(
                Map.of(),
                ProxyPolicy.OFF,
                4096,
                Duration.ofSeconds(5),
                Map.of(),
                Map.of(),
                Duration.ofSeconds(3)),
            BandwidthConfig.UNLIMITED,
            PLAIN_LISTEN,
            PLAIN_TCP);
    var app =
        new BackendConfig(
            "app",
            new BalanceConfig(
                Algorithm.ROUNDROBIN,
                new HashConfig(HashKey.CLIENT_ADDRESS, HashMethod.MAGLEV, 0),
                false,
                0),
            List.of(plainServer("a", new Tcp("127.0.0.1", 9001))),
            DiscoverConfigTest.OFF,
            0,
            new RetryConfig(3, RetryConfig.EVERY),
            new SessionConfig(ProxyVersion.NONE, Duration.ZERO, 10),
            Duration.ofSeconds(5),
            Duration.ofMinutes(1),
            Duration.ofSeconds(30),
            Duration.ZERO,
            Duration.ofSeconds(5));
    assertThat(config)
        .isEqualTo(
            new SluiceConfig(
                0,
                TransportChoice.AUTO,
                10000,
                0,
                Duration.ofSeconds(30),
                Duration.ZERO,
                ControlSocketConfig.AUTO,
                pump,
                Map.of(),
                Map.of("web", web),
                Map.of("app", app)));
  }

  @Test
  void frontendsAndBackendsInheritKeyByKey() throws ConfigException {
    String hocon =
        """
        sluice {
          max-connections = 500
          timeouts { client = 7s, connect = 8s }
          tcp { nodelay = false }
          listen { backlog = 9 }
          frontends.web { bind = ":1", backend = app, timeouts.client-fin = 3s, \
          tcp.keep-alive = on }
          backends.app { servers.a = "h:2", timeouts.server = 4s }
        }
        """;

    SluiceConfig config = ConfigReader.parse("sluice.conf", hocon).config();

    FrontendConfig web = config.frontends().get("web");
    assertThat(web.maxConnections()).isEqualTo(500);
    assertThat(web.clientTimeout()).isEqualTo(Duration.ofSeconds(7));
    assertThat(web.clientFinTimeout()).isEqualTo(Duration.ofSeconds(3));
    assertThat(web.tcp().nodelay()).isFalse();
    assertThat(web.tcp().keepAlive()).isTrue();
    assertThat(web.listen().backlog()).isEqualTo(9);
    BackendConfig app = config.backends().get("app");
    assertThat(app.connectTimeout()).isEqualTo(Duration.ofSeconds(8));
    assertThat(app.serverTimeout()).isEqualTo(Duration.ofSeconds(4));
    assertThat(app.servers().get(0).tcp().nodelay()).isFalse();
    assertThat(app.servers().get(0).tcp().keepAlive()).isFalse();
  }

  @Test
  void namesKeepTheOrderOfTheFileEvenOnOneLine() throws ConfigException {
    String hocon =
        """
        sluice.backends { zeta { servers { q = "h:1", app = "h:2", b { address = "h:3" } } }, \
          app { servers { x = "h:4", app = "h:5", a = "h:6" } }
          mid.servers.one = "h:7" }
        sluice.frontends { z { bind = ":1", backend = zeta }
          y { bind = ":2", backend = app }
          "x.y" { bind = ":3", backend = mid }, w { bind = ":4", backend = mid } }
        """;

    SluiceConfig config = ConfigReader.parse("sluice.conf", hocon).config();

    assertThat(config.backends().keySet()).containsExactly("zeta", "app", "mid");
    assertThat(config.frontends().keySet()).containsExactly("z", "y", "x.y", "w");
    assertThat(servers(config, "zeta")).containsExactly("q", "app", "b");
    assertThat(servers(config, "app")).containsExactly("x", "app", "a");
  }

  private static List<String> servers(SluiceConfig config, String backend) {
    return config.backends().get(backend).servers().stream().map(ServerConfig::name).toList();
  }

  @Test
  void timeoutsMayBeNever() throws ConfigException {
    String hocon =
        SMALL + "sluice { drain-timeout = 0, timeouts { client = none, client-fin = 0 } }";

    SluiceConfig config = ConfigReader.parse("sluice.conf", hocon).config();

    assertThat(config.frontends().get("web").clientTimeout()).isZero();
    assertThat(config.frontends().get("web").clientFinTimeout()).isZero();
    assertThat(config.drainTimeout()).isZero();
  }

  @Test
  void drainingWithoutEndIsAYear() throws ConfigException {
    Loaded loaded = ConfigReader.parse("sluice.conf", SMALL + "sluice.drain-timeout = none");

    assertThat(loaded.config().drainTimeout()).isEqualTo(Duration.ofDays(365));
  }

  @Test
  void includedFilesShowInOriginsAndKeepTheirOrder() throws ConfigException, IOException {
    Path main = directory.resolve("main.conf");
    Files.writeString(
        main, "include \"app.conf\"\nsluice.frontends.web { bind = \":1\", backend = app }\n");
    Files.writeString(
        directory.resolve("app.conf"),
        "\nsluice.backends.app {\n  servers { z = \"h:1\", a = \"h:2\" } }\n");

    Loaded loaded = ConfigReader.read(main);

    assertThat(servers(loaded.config(), "app")).containsExactly("z", "a");
    assertThat(loaded.effective())
        .contains(
            new Setting(
                "sluice.backends.app.servers.z.address",
                "\"h:1\"",
                directory.resolve("app.conf") + ":3"),
            new Setting("sluice.frontends.web.backend", "app", main + ":2"));
  }

  @Test
  void filesMayBeIncludedInsideAnObject() throws ConfigException, IOException {
    Path main = directory.resolve("main.conf");
    Files.writeString(
        main,
        "sluice { include \"inner.conf\"\n frontends.web { bind = \":1\", backend = app } }\n");
    Files.writeString(
        directory.resolve("inner.conf"), "backends { app.servers { z = \"h:1\", a = \"h:2\" } }");

    assertThat(servers(ConfigReader.read(main).config(), "app")).containsExactly("z", "a");
  }

  @Test
  void environmentIsSubstituted() throws ConfigException {
    String hocon =
        SMALL
            + """
            sluice.frontends.web.bind = ${SLUICE_TEST_BIND}
            sluice.threads = ${?SLUICE_TEST_THREADS}
            sluice.max-connections = ${?SLUICE_TEST_NOT_SET}
            vars.fin = 3s
            sluice.timeouts.client-fin = ${vars.fin}
            sluice.timeouts.client = ${sluice.timeouts.server}
            """;

    Loaded loaded = ConfigReader.parse("sluice.conf", hocon);

    assertThat(loaded.config().threads()).isEqualTo(3);
    assertThat(loaded.config().maxConnections()).isEqualTo(10000);
    FrontendConfig web = loaded.config().frontends().get("web");
    assertThat(web.binds()).containsExactly(new Tcp("127.0.0.1", 7777));
    assertThat(web.clientFinTimeout()).isEqualTo(Duration.ofSeconds(3));
    assertThat(web.clientTimeout()).isEqualTo(Duration.ofMinutes(1));
    assertThat(loaded.effective()).contains(new Setting("sluice.threads", "3", "env variables"));
  }

  @Test
  void overridesBeatTheFile() throws ConfigException, IOException {
    Path file = Files.writeString(directory.resolve("s.conf"), SMALL + "sluice.threads = 2");

    Loaded loaded =
        ConfigReader.read(
            file,
            Map.of("sluice.threads", "4", "sluice.frontends.web.bind", List.of(":81", ":82")),
            "command line");

    assertThat(loaded.config().threads()).isEqualTo(4);
    assertThat(loaded.config().frontends().get("web").binds())
        .containsExactly(new Tcp("", 81), new Tcp("", 82));
    assertThat(loaded.effective()).contains(new Setting("sluice.threads", "4", "command line"));
  }

  @Test
  void badOverridesAreReportedAfterTheFile() throws IOException {
    Path file = Files.writeString(directory.resolve("s.conf"), SMALL + "sluice.balance = least");

    assertThatThrownBy(
            () -> ConfigReader.read(file, Map.of("sluice.threads", "many"), "command line"))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            file
                + ":3: sluice.balance = \"least\": must be roundrobin or leastconn or random or first or"
                + " source or hash\n"
                + "command line: sluice.threads = \"many\": must be a whole number between 1 and"
                + " 1024, or auto");
  }

  @Test
  void dumpIsAConfigurationWithTheSameMeaning() throws ConfigException {
    Loaded loaded = ConfigReader.parse("sluice.conf", EXAMPLE);
    String dump =
        loaded.effective().stream().map(Setting::toString).collect(Collectors.joining("\n"));

    Loaded again = ConfigReader.parse("dump", dump);

    assertThat(again.config()).isEqualTo(loaded.config());
    assertThat(again.config().backends().get("app").servers())
        .isEqualTo(loaded.config().backends().get("app").servers());
  }

  @Test
  void dumpShowsInheritedKeysWithTheirOrigin() throws ConfigException {
    Loaded loaded = ConfigReader.parse("sluice.conf", "sluice.timeouts.client = 9s\n" + SMALL);

    assertThat(loaded.effective())
        .contains(
            new Setting("sluice.timeouts.client", "9s", "sluice.conf:1"),
            new Setting(
                "sluice.frontends.web.timeouts.client",
                "9s",
                "sluice.conf:1",
                "sluice.timeouts.client"),
            new Setting("sluice.frontends.web.bind", "\":8080\"", "sluice.conf:2"));
    assertThat(loaded.effective().get(0).toString())
        .matches("sluice\\.threads = auto {2}# reference\\.conf:\\d+");
  }
}
