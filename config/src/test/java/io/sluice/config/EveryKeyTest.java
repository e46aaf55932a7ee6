package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A configuration that sets every key to another value than its default. */
class EveryKeyTest {

  private static final String ALL_TCP =
      """
        tcp {
          nodelay = false, keep-alive = yes, keep-alive-idle = 2m, keep-alive-interval = 10s
          keep-alive-count = 4, user-timeout = 45s, receive-buffer = 128KiB, send-buffer = 256KiB
          congestion-control = bbr
        }
        """;

  private static final String ALL =
      """
        sluice {
          threads = 3, transport = epoll, max-connections = 777, drain-timeout = 2m
          exit-idle-time = 10m, control-socket = "/run/s/c.sock"
          balance = roundrobin
          pump {
            mode = splice, splice-after-reads = 5, splice-at-least = 32KiB, copy-after-fills = 6
            copy-below = 4KiB, buffer-size = 128KiB, pipe-size = 256KiB, pipe-budget = 4096
            turn-budget = 512KiB
          }
          frontends.web {
            bind = ["[fe80::1%eth0]:443", "unix:@web", "systemd:web"], backend = app, max-connections = 55
            timeouts { greeting = 8s, client = 11s, client-fin = 12s }
            accept-proxy-protocol { require = ["10.0.0.0/8", unix], ignore = "2001:db8::/32" }
            accept-proxy-protocol { otherwise = reject, max-header = 1KiB }
            server-names { "WWW.example.com." = app, "*.example.org" = app }, alpn { h2 = app }
            inspect-timeout = 700ms
            listen { backlog = 99, defer-accept = 3s, fast-open = 7, v6only = true }
            TCP
          }
          backends.app {
            balance = leastconn, hash { key = server-name, method = consistent }
            hash.balance-factor = 150%, use-all-backups = true, panic-threshold = 40%
            retries = 5, redispatch = 2, full-connections = 90
            send-proxy-protocol = v2, max-lifetime = 12h, max-lifetime-jitter = 25%
            server-defaults { weight = 9, slow-start = 4s, max-queue = 3 }
            servers { a { address = "unix:/run/a", weight = 256, backup = true
              max-connections = 30, min-connections = 5, max-queue = 0, slow-start = 20s
              on-marked-down = close-sessions, on-marked-up = close-backup-sessions } }
            timeouts { connect = 1500, queue = 9s, server = 22s, server-fin = 23s, tunnel = 1h }
            TCP
          }
        }
        """
          .replace("TCP\n", ALL_TCP);

  @Test
  void everyKeyIsRead() throws ConfigException {
    SluiceConfig config = ConfigReader.parse("sluice.conf", ALL).config();

    var options =
        new TcpOptions(
            false,
            true,
            Duration.ofMinutes(2),
            Duration.ofSeconds(10),
            4,
            Duration.ofSeconds(45),
            131072,
            262144,
            "bbr");
    assertThat(config)
        .isEqualTo(
            new SluiceConfig(
                3,
                TransportChoice.EPOLL,
                777,
                0,
                Duration.ofMinutes(2),
                Duration.ofMinutes(10),
                new ControlSocketConfig(ControlSocketConfig.Mode.PATH, "/run/s/c.sock"),
                new PumpConfig(Mode.SPLICE, 5, 32768, 6, 4096, 131072, 262144, 4096, 524288),
                Map.of(),
                Map.of("web", web(options)),
                Map.of("app", app(options))));
  }

  private static FrontendConfig web(TcpOptions options) {
    return new FrontendConfig(
        "web",
        List.of(
            new Tcp("fe80::1%eth0", 443), new Address.Abstract("web"), new Address.Systemd("web")),
        "app",
        List.of(),
        55,
        Duration.ofSeconds(11),
        Duration.ofSeconds(12),
        AdmissionConfigTest.DEFAULT,
        new GreetingConfig(
            Map.of(
                ProxyPolicy.REQUIRE,
                new AddressList(List.of(Cidr.parse("10.0.0.0/8")), true),
                ProxyPolicy.IGNORE,
                new AddressList(List.of(Cidr.parse("2001:db8::/32")), false)),
            ProxyPolicy.REJECT,
            1024,
            Duration.ofSeconds(8),
            Map.of("www.example.com", "app", "*.example.org", "app"),
            Map.of("h2", "app"),
            Duration.ofMillis(700)),
        BandwidthConfig.UNLIMITED,
        new ListenOptions(99, Duration.ofSeconds(3), 7, true),
        options);
  }

  private static BackendConfig app(TcpOptions options) {
    return new BackendConfig(
        "app",
        new BalanceConfig(
            Algorithm.LEASTCONN,
            new HashConfig(HashKey.SERVER_NAME, HashMethod.CONSISTENT, 150),
            true,
            40),
        List.of(
            new ServerConfig(
                "a",
                new Unix("/run/a"),
                256,
                true,
                30,
                5,
                0,
                Duration.ofSeconds(20),
                OnMarkedDown.CLOSE_SESSIONS,
                OnMarkedUp.CLOSE_BACKUP_SESSIONS,
                options,
                HealthConfigTest.DEFAULTS)),
        DiscoverConfigTest.OFF,
        90,
        new RetryConfig(5, 2),
        new SessionConfig(ProxyVersion.V2, Duration.ofHours(12), 25),
        Duration.ofMillis(1500),
        Duration.ofSeconds(22),
        Duration.ofSeconds(23),
        Duration.ofHours(1),
        Duration.ofSeconds(9));
  }
}
