package io.sluice.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.app.Cli.Outcome;
import io.sluice.config.AddressParser;
import io.sluice.config.ConfigReader;
import io.sluice.config.MirrorConfig;
import io.sluice.config.MirrorConfig.Directions;
import io.sluice.config.MirrorConfig.ProxyProtocol;
import io.sluice.config.MirrorConfig.WhenSlow;
import io.sluice.config.SluiceConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MirrorOptionTest {

  @TempDir Path folder;

  private static SluiceConfig config(String... mirrors) throws Exception {
    var converter = new MirrorOption.Converter();
    String text =
        ForwardCommand.hocon(
            AddressParser.parseBind(":8080"),
            List.of(AddressParser.parseServer("h:1")),
            Stream.of(mirrors).map(converter::convert).toList());
    return ConfigReader.parse("test", text).config();
  }

  @Test
  void eachOptionIsAMirrorOfTheFrontend() throws Exception {
    SluiceConfig config =
        config(
            "h:2",
            "unix:/run/s,direction=to-client,when-slow=block,buffer=64KiB,max-lag=none,"
                + "sample=10% by client,max-sessions=7,proxy-protocol=v2,connect-timeout=1500",
            "file:/a \"b\" \\ # é/{session},max-bytes=1GiB");

    assertThat(config.mirrors().keySet()).containsExactly("m1", "m2", "m3");
    assertThat(config.frontends().get("forward").mirrors())
        .containsExactlyElementsOf(config.mirrors().values())
        .extracting(mirror -> mirror.target().toString())
        .containsExactly("tcp:h:2", "unix:/run/s", "file:/a \"b\" \\ # é/{session}");
    MirrorConfig second = config.mirrors().get("m2");
    assertThat(second.directions()).isEqualTo(Directions.TO_CLIENT);
    assertThat(second.whenSlow()).isEqualTo(WhenSlow.BLOCK);
    assertThat(second.bufferBytes()).isEqualTo(65536);
    assertThat(second.maxLag()).isZero();
    assertThat(second.sampling()).hasToString("10% by client");
    assertThat(second.maxSessions()).isEqualTo(7);
    assertThat(second.proxyProtocol()).isEqualTo(ProxyProtocol.V2);
    assertThat(second.connectTimeout()).isEqualTo(Duration.ofMillis(1500));
    assertThat(config.mirrors().get("m3").maxFileBytes()).isEqualTo(1 << 30);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "h:1,x             | after the target comes key=value, not x",
        "h:1,=x            | after the target comes key=value, not =x",
        "h:1,              | after the target comes key=value, not",
        "h:1,keep=1,keep=2 | keep is given twice",
        "h:1,to=h:2        | to is given twice",
      })
  void optionThatCannotBeTakenApartIsExplained(String option, String message) {
    Outcome outcome = Cli.run("forward", "127.0.0.1:0", "127.0.0.1:1", "--mirror", option);

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).startsWith("sluice: ").contains("'--mirror'", message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "h                 | to = \"h\": the port is missing: h:port",
        "h:2,buffer=1      | buffer = \"1\": must be a size such as 64KiB, between 4KiB and 1GiB",
        "h:2,buffr=1MiB    | buffr = \"1MiB\": unknown key; did you mean \"buffer\"?",
        "h:2,a.b=1         | \"a.b\" = \"1\": unknown key; the keys here are",
        "h:2,rotate-size=1 | rotate-size = \"1\": means nothing for a target tcp, only for pcapng",
        "file:/no          | to = \"file:/no\": each session has a file of its own: put {session}",
        "127.0.0.1:8080    | to = \"127.0.0.1:8080\": leads back to frontend forward, which uses",
      })
  void problemOfAMirrorNamesTheOptionAndTheKey(String option, String message) {
    Outcome outcome =
        Cli.run("forward", ":8080", "127.0.0.1:1", "--mirror", "h:3", "--mirror", option);

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).startsWith("sluice: --mirror " + option + ": " + message);
  }

  @Test
  void allProblemsAreShown() {
    Outcome outcome =
        Cli.run(
            "forward", ":0", "h:1", "--mirror", "h", "--mirror", "x:1,keep=2", "--threads", "no");

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err().lines().limit(3))
        .satisfiesExactly(
            line -> assertThat(line).startsWith("sluice: command line: sluice.threads = "),
            line -> assertThat(line).startsWith("sluice: --mirror h: to = "),
            line -> assertThat(line).startsWith("sluice: --mirror x:1,keep=2: keep = "));
  }

  @Test
  void directoryThatIsNoneIsRefusedBeforeAnythingStarts() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "");
    String to = "file:" + file + "/{session}";

    Outcome outcome = Cli.run("forward", "127.0.0.1:0", "127.0.0.1:1", "--mirror", to);

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).contains("--mirror " + to + ": to = ", file + " is not a directory");
  }

  @Test
  void checkKnowsMirrorsAndTheirDirectories() throws Exception {
    Path config =
        Files.writeString(
            folder.resolve("s.conf"),
            """
            sluice.frontends.web { bind = ":8080", backend = app, mirror = audit }
            sluice.backends.app.servers.a = "h:1"
            sluice.mirrors.audit { to = "file:DIR/a/{session}", sample = 1/100 }
            """
                .replace("DIR", folder.toString()));
    String[] check = {"check", "-c", config.toString(), "--dump"};

    assertThat(Cli.run(check).out().lines())
        .contains(
            "sluice.frontends.web.mirror = audit  # " + config + ":1",
            "sluice.mirrors.audit.to = \"file:" + folder + "/a/{session}\"  # " + config + ":3",
            "sluice.mirrors.audit.sample = \"1/100\"  # " + config + ":3");

    Files.writeString(folder.resolve("a"), "in the way");

    assertThat(Cli.run(check))
        .isEqualTo(
            new Outcome(
                2,
                "",
                config
                    + ":3: sluice.mirrors.audit.to = \"file:"
                    + folder
                    + "/a/{session}\": "
                    + folder
                    + "/a is not a directory\n"));
  }
}
