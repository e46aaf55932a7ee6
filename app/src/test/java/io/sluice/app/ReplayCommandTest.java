package io.sluice.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.app.Cli.Outcome;
import io.sluice.app.replay.CaptureWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReplayCommandTest {
  @TempDir private Path folder;

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "epoll", "nio"})
  void equalAnswersEndWith0(String transport) throws IOException {
    write("1.to-server", "hello");
    write("1.to-client", ">hello");
    try (EchoServer server = new EchoServer('>')) {
      Outcome outcome =
          Cli.run(
              "replay",
              folder.toString(),
              "--to",
              server.address(),
              "--compare",
              "--repeat",
              "3",
              "--concurrency",
              "2",
              "--transport",
              transport);

      assertThat(outcome.err()).isEmpty();
      assertThat(outcome.code()).isZero();
      assertThat(outcome.out())
          .containsPattern("sessions +3 in [0-9.]+ s")
          .containsPattern("sent +15 B \\(15 bytes\\)")
          .containsPattern("received +18 B \\(18 bytes\\)")
          .containsPattern("rate +[0-9.]+ k?B/s")
          .containsPattern("failures +0\n")
          .containsPattern("divergences +0\n");
    }
  }

  @Test
  void anotherAnswerEndsWith1AndIsShown() throws IOException {
    Path file = write("1.to-server", "hello");
    write("1.to-client", ">hellO");
    try (EchoServer server = new EchoServer('>')) {
      Outcome outcome = Cli.run("replay", file.toString(), "--to", server.address(), "--compare");

      assertThat(outcome.code()).isEqualTo(1);
      assertThat(outcome.out())
          .contains(file + ": to-client differs at byte 5: another byte than recorded\n")
          .contains("  recorded 6 bytes, answered 6 bytes\n")
          .contains("|>hell|\n")
          .containsPattern("divergences +1\n");
    }
  }

  @Test
  void captureIsReplayedInCausalOrderAtItsOwnSpeed() throws IOException {
    CaptureWriter writer = CaptureWriter.pcapng();
    CaptureWriter.Dialog dialog = writer.open("10.0.0.1", 40_000, "10.0.0.2", 7);
    dialog.answer(">").ask("one");
    writer.pass(300_000_000);
    dialog.answer("one").ask("two").answer("two").endOfClient().endOfServer();
    Path file = writer.writeTo(folder.resolve("wire.pcapng"));
    try (EchoServer server = new EchoServer('>')) {
      long beganNs = System.nanoTime();
      Outcome outcome = Cli.run("replay", file.toString(), "--to", server.address(), "--compare");

      assertThat(outcome.out()).containsPattern("divergences +0\n");
      assertThat(outcome.err()).isEmpty();
      assertThat(outcome.code()).isZero();
      assertThat(System.nanoTime() - beganNs).isGreaterThan(300_000_000L);
    }
  }

  @Test
  void withoutCompareNothingIsSaidAboutAnswers() throws IOException {
    Path file = write("requests", "hello");
    try (EchoServer server = new EchoServer('>')) {
      Outcome outcome =
          Cli.run("replay", file.toString(), "--to", server.address(), "--speed", "10x");

      assertThat(outcome.code()).isZero();
      assertThat(outcome.out()).containsPattern("divergences +not compared\n");
      assertThat(outcome.err())
          .isEqualTo("warning: 1 sessions carry no time and are sent at full speed\n");
    }
  }

  @Test
  void refusedConnectionEndsWith1() throws IOException {
    Path file = write("requests", "hello");
    String closed;
    try (EchoServer server = new EchoServer('>')) {
      closed = server.address();
    }
    Outcome outcome = Cli.run("replay", file.toString(), "--to", closed);

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.out())
        .contains("failed: " + file + ": ")
        .contains("onnection refused")
        .containsPattern("failures +1\n");
  }

  @Test
  void comparingWithNothingIsRefused() throws IOException {
    Path file = write("requests", "hello");
    Outcome outcome = Cli.run("replay", file.toString(), "--to", "127.0.0.1:1", "--compare");

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err()).startsWith("sluice: nothing to compare with");
  }

  @Test
  void missingAndBrokenFilesAreNamed() throws IOException {
    Path none = folder.resolve("none");
    Path bad = write("bad.pcapng", "no capture");

    Outcome missing = Cli.run("replay", none.toString(), "--to", "127.0.0.1:1");
    Outcome broken = Cli.run("replay", bad.toString(), "--to", "127.0.0.1:1");

    assertThat(missing.code()).isEqualTo(1);
    assertThat(missing.err()).isEqualTo("sluice: " + none + ": no such file\n");
    assertThat(broken.code()).isEqualTo(1);
    assertThat(broken.err())
        .isEqualTo(
            "sluice: "
                + bad
                + ": neither pcapng nor pcap: it begins with 0x6e6f2063 (at byte 0)\n");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "replay,                                  Missing required",
        "replay --to a:1,                         'FILE'",
        "replay f,                                '--to=ADDRESS'",
        "replay f --to a,                         the port is missing",
        "replay f --to :80,                       a server needs a host",
        "replay f --to a:1 --speed fast,          'fast' is not max or a factor",
        "replay f --to a:1 --speed 0x,            '0x' is not max or a factor",
        "replay f --to a:1 --concurrency 0,       --concurrency is 1 to 1000",
        "replay f --to a:1 --concurrency 9999,    --concurrency is 1 to 1000",
        "replay f --to a:1 --repeat 0,            --repeat is 1 to 1000000",
        "replay f --to a:1 --timeout 10,          '10' is not a time",
        "replay f --to a:1 --timeout 0s,          --timeout is more than 0",
        "replay f --to a:1 --timeout 2000m,       --timeout is more than 0",
        "replay f --to a:1 --transport fast,      'fast' is not auto epoll or nio",
        "replay f --to a:1 --compere,             Unknown option",
      })
  void badUsageEndsWith2(String line, String message) {
    Outcome outcome = Cli.run(line.split(" "));

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err().replace("auto, epoll", "auto epoll"))
        .startsWith("sluice: ")
        .contains(message)
        .doesNotContain("\tat ");
    assertThat(outcome.out()).isEmpty();
  }

  @Test
  void helpTellsWhatTheDefaultsAre() {
    String help = Cli.run("replay", "--help").out().replaceAll("\\s+", " ");

    assertThat(help)
        .contains("--[no-]causal")
        .contains("Default with --compare")
        .contains("Default 1x for captures")
        .contains("to-server or to-client in its name");
  }
}
