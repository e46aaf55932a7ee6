package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.Address.Abstract;
import io.sluice.config.Address.Tcp;
import io.sluice.config.Address.Unix;
import io.sluice.config.MirrorConfig.Directions;
import io.sluice.config.MirrorConfig.ProxyProtocol;
import io.sluice.config.MirrorConfig.WhenSlow;
import io.sluice.config.MirrorTarget.FileTarget;
import io.sluice.config.MirrorTarget.Pcapng;
import io.sluice.config.MirrorTarget.Stream;
import io.sluice.config.Sampling.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MirrorConfigTest {

  private static final String SMALL =
      """
      sluice.frontends.web { bind = ":8080", backend = app }
      sluice.backends.app.servers.a = "127.0.0.1:9001"
      """;

  private static final String ALL =
      SMALL
          + """
          sluice.mirrors {
            shadow {
              to = "tcp:10.0.0.9:9000", direction = to-client, when-slow = block, buffer = 300KiB
              max-lag = none, sample = 10% by client, max-sessions = 500, proxy-protocol = v2
              connect-timeout = 1s, replies = "file:/r/{session}"
            }
            audit { to = "file:/a/{session}.{direction}", direction = both, max-bytes = 3GiB }
            wire { to = "pcapng:/w/{date}", rotate-size = 256MiB, keep = 7 }
          }
          sluice.frontends.web.mirror = [wire, shadow, audit]
          """;

  private static final Sampling EVERY_SESSION = new Sampling(Kind.ALL, 1, 1);

  private static SluiceConfig read(String hocon) throws ConfigException {
    return ConfigReader.parse("s.conf", hocon).config();
  }

  private static MirrorTarget target(String text) throws ConfigException {
    return read(SMALL + "sluice.mirrors.m = \"" + text + "\"").mirrors().get("m").target();
  }

  @Test
  void defaultsComeFromTheReference() throws ConfigException {
    SluiceConfig config = read(SMALL + "sluice.mirrors.m = \"h:1\"");

    assertThat(config.mirrors().get("m"))
        .isEqualTo(
            new MirrorConfig(
                "m",
                new Stream(new Tcp("h", 1)),
                Directions.TO_SERVER,
                WhenSlow.DETACH,
                1 << 20,
                Duration.ofSeconds(2),
                EVERY_SESSION,
                0,
                ProxyProtocol.NONE,
                Duration.ofSeconds(2),
                Optional.empty(),
                0,
                0,
                0));
    assertThat(config.frontends().get("web").mirrors()).isEmpty();
  }

  @Test
  void everyKeyIsRead() throws ConfigException {
    SluiceConfig config = read(ALL);

    var shadow =
        new MirrorConfig(
            "shadow",
            new Stream(new Tcp("10.0.0.9", 9000)),
            Directions.TO_CLIENT,
            WhenSlow.BLOCK,
            512 << 10,
            Duration.ZERO,
            new Sampling(Kind.BY_CLIENT, 0.1, 1),
            500,
            ProxyProtocol.V2,
            Duration.ofSeconds(1),
            Optional.of(new FileTarget(new PathTemplate("/r/{session}"))),
            0,
            0,
            0);
    var audit =
        new MirrorConfig(
            "audit",
            new FileTarget(new PathTemplate("/a/{session}.{direction}")),
            Directions.BOTH,
            WhenSlow.DETACH,
            1 << 20,
            Duration.ofSeconds(2),
            EVERY_SESSION,
            0,
            ProxyProtocol.NONE,
            Duration.ZERO,
            Optional.empty(),
            3L << 30,
            0,
            0);
    var wire =
        new MirrorConfig(
            "wire",
            new Pcapng(new PathTemplate("/w/{date}")),
            Directions.TO_SERVER,
            WhenSlow.DETACH,
            1 << 20,
            Duration.ofSeconds(2),
            EVERY_SESSION,
            0,
            ProxyProtocol.NONE,
            Duration.ZERO,
            Optional.empty(),
            0,
            256L << 20,
            7);
    assertThat(config.mirrors().values()).containsExactly(shadow, audit, wire);
    assertThat(config.frontends().get("web").mirrors()).containsExactly(wire, shadow, audit);
  }

  @Test
  void targetsHaveTheirForms() throws ConfigException {
    assertThat(target("h:1")).isEqualTo(new Stream(new Tcp("h", 1)));
    assertThat(target("tcp:[::1]:1")).isEqualTo(new Stream(new Tcp("::1", 1)));
    assertThat(target("[fe80::1%eth0]:1")).isEqualTo(new Stream(new Tcp("fe80::1%eth0", 1)));
    assertThat(target("unix:/run/a")).isEqualTo(new Stream(new Unix("/run/a")));
    assertThat(target("unix:@a")).isEqualTo(new Stream(new Abstract("a")));
    for (String text : List.of("tcp:h:1", "unix:/a", "unix:@a", "file:/{session}", "pcapng:/a")) {
      assertThat(target(text)).hasToString(text);
      assertThat(text).startsWith(target(text).scheme() + ":");
    }
  }

  @Test
  void mirrorsInheritKeyByKeyAndIgnoreWhatTheyHaveNoUseFor() throws ConfigException {
    SluiceConfig config =
        read(
            SMALL
                + """
                sluice.mirror-defaults {
                  buffer = 64KiB, rotate-size = 1MiB, proxy-protocol = v2, direction = both
                }
                sluice.mirrors { a { to = "h:1", buffer = 4KiB }, b = "pcapng:/b" }
                """);

    MirrorConfig a = config.mirrors().get("a");
    assertThat(a.bufferBytes()).isEqualTo(4096);
    assertThat(a.proxyProtocol()).isEqualTo(ProxyProtocol.V2);
    assertThat(a.rotateBytes()).isZero();
    assertThat(a.directions().toServer() && a.directions().toClient()).isTrue();
    MirrorConfig b = config.mirrors().get("b");
    assertThat(b.bufferBytes()).isEqualTo(65536);
    assertThat(b.proxyProtocol()).isEqualTo(ProxyProtocol.NONE);
    assertThat(b.rotateBytes()).isEqualTo(1 << 20);
    assertThat(b.keepFiles()).isEqualTo(10);
  }

  @Test
  void frontendsInheritTheirMirrorsOrHaveNone() throws ConfigException {
    SluiceConfig config =
        read(
            SMALL
                + """
                sluice.mirrors { a = "h:1", b = "h:2" }
                sluice.mirror = [a, b]
                sluice.frontends.one { bind = ":1", backend = app, mirror = b }
                sluice.frontends.two { bind = ":2", backend = app, mirror = none }
                """);

    MirrorConfig a = config.mirrors().get("a");
    MirrorConfig b = config.mirrors().get("b");
    assertThat(config.frontends().get("web").mirrors()).containsExactly(a, b);
    assertThat(config.frontends().get("one").mirrors()).containsExactly(b);
    assertThat(config.frontends().get("two").mirrors()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "100%,                 ALL,       1,      1, 100%",
    "100.0% by client,     ALL,       1,      1, 100%",
    "1/1,                  ALL,       1,      1, 100%",
    "10%,                  RANDOM,    0.1,    1, 10%",
    "0%,                   RANDOM,    0,      1, 0%",
    "0.25%,                RANDOM,    0.0025, 1, 0.25%",
    "0.3%,                 RANDOM,    0.003,  1, 0.3%",
    "1/8,                  EVERY,     0.125,  8, 1/8",
    "5%  by client,        BY_CLIENT, 0.05,   1, 5% by client",
  })
  void samplingIsReadAndWritten(String text, Kind kind, double share, int every, String shown)
      throws ConfigException {
    MirrorConfig mirror =
        read(SMALL + "sluice.mirrors.m { to = \"h:1\", sample = " + text + " }").mirrors().get("m");

    assertThat(mirror.sampling()).isEqualTo(new Sampling(kind, share, every));
    assertThat(mirror.sampling()).isEqualTo(Sampling.parse(text)).hasToString(shown);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "101%", "10", "1/0", "2/3", "-1%", "10% by server", "1/1000000000"})
  void samplingThatIsNoneIsRefused(String text) {
    assertThatThrownBy(() -> Sampling.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("must be a share such as 10%, 1/100 or 10% by client");
  }

  @Test
  void dumpIsAConfigurationWithTheSameMeaning() throws ConfigException {
    Loaded loaded = ConfigReader.parse("s.conf", ALL);
    String dump =
        loaded.effective().stream().map(Setting::toString).collect(Collectors.joining("\n"));

    assertThat(ConfigReader.parse("dump", dump).config()).isEqualTo(loaded.config());
  }

  @Test
  void mirrorThatNobodyUsesIsAWarning() throws ConfigException {
    Loaded loaded =
        ConfigReader.parse("s.conf", SMALL + "sluice.mirrors.spare { to = \"pcapng:/s\" }");

    assertThat(loaded.warnings().stream().map(Problem::toString))
        .containsExactly("s.conf:3: sluice.mirrors.spare: no frontend uses this mirror");
  }
}
