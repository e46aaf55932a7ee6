package io.sluice.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.app.Cli.Outcome;
import io.sluice.config.AddressParser;
import io.sluice.config.ConfigReader;
import io.sluice.config.SluiceConfig;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {

  @Test
  void withoutACommandItIsBadUsage() {
    Outcome outcome = Cli.run();

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).startsWith("sluice: a command is missing").contains("Usage: sluice");
  }

  @ParameterizedTest
  @ValueSource(strings = {"forward", "run", "reload", "check", "version", "demo", "replay"})
  void helpOfEveryCommandTellsTheExitCodes(String command) {
    Outcome outcome = Cli.run(command, "--help");

    assertThat(outcome.code()).isZero();
    assertThat(outcome.out())
        .startsWith("Usage: sluice " + command)
        .contains("Exit codes:", "SIGTERM", "configuration", "70");
    assertThat(outcome.err()).isEmpty();
  }

  @Test
  void helpNamesEveryCommand() {
    assertThat(Cli.run("--help").out())
        .contains("forward", "run", "reload", "check", "version", "demo", "replay");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "forwrd,                           Did you mean: sluice forward?",
        "run --treads 2 -c x,              Unknown option",
        "run,                              Missing required option: '--config=FILE'",
        "forward,                          'LISTEN'",
        "forward :80,                      'TARGET'",
        "forward 127.0.0.1 a:1,            the port is missing",
        "forward :0 127.0.0.1,             the port is missing",
        "forward :0 :80,                   a server needs a host before the port",
        "forward :0 a:0,                   a server needs a port other than 0",
        "forward :0 ::1:80,                an IPv6 address needs brackets",
        "forward :0 unix:relative,         a UNIX path must begin with /",
        "demo --seconds 0,                 --seconds is more than 0",
        "demo --seconds soon,              'soon' is not a double",
        "demo --connections 0,             --connections is 1 to 1000",
      })
  void badUsageIsExplainedAndEndsWith2(String line, String message) {
    Outcome outcome = Cli.run(line.split(" "));

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).startsWith("sluice: ").contains(message).doesNotContain("\tat ");
    assertThat(outcome.out()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "--transport, fast, sluice.transport",
    "--pump,      fast, sluice.pump.mode",
    "--threads,   none, sluice.threads",
    "--threads,   0,    sluice.threads",
  })
  void badValueOfAnOptionIsAProblemOfTheConfiguration(String option, String value, String key) {
    Outcome outcome = Cli.run("forward", "127.0.0.1:0", "127.0.0.1:1", option, value);

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).startsWith("command line: " + key + " = ").hasLineCount(1);
  }

  @Test
  void forwardStandsForOneFrontendAndOneBackend() throws Exception {
    String awkward = "unix:/tmp/a \"b\" \\ # \t{é}";
    String text =
        ForwardCommand.hocon(
            AddressParser.parseBind(awkward),
            List.of(AddressParser.parseServer("[::1]:9"), AddressParser.parseServer("unix:@name")),
            List.of());

    SluiceConfig config =
        ConfigReader.parse("test", text, Map.of("sluice.threads", "3"), "test").config();

    assertThat(config.threads()).isEqualTo(3);
    assertThat(config.frontends().get("forward").binds())
        .extracting(Object::toString)
        .containsExactly(awkward);
    assertThat(config.backends().get(config.frontends().get("forward").backend()).servers())
        .extracting(server -> server.name() + " " + server.address())
        .containsExactly("s1 [::1]:9", "s2 unix:@name");
  }

  @Test
  void versionTellsWhatRunsHereAndWhy() {
    Outcome outcome = Cli.run("version");

    assertThat(outcome.code()).isZero();
    assertThat(outcome.out())
        .containsPattern("(?m)^sluice +[0-9]+\\.[0-9]+\\.[0-9]+")
        .containsPattern("(?m)^java +" + Runtime.version().feature() + "\\b")
        .contains(System.getProperty("os.version"))
        .containsPattern("(?m)^transport (epoll|nio): .+");
  }
}
