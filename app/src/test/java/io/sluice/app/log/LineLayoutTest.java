package io.sluice.app.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineLayoutTest {
  private final LoggerContext context = new LoggerContext();

  private LoggingEvent event(Level level, Throwable thrown) {
    return new LoggingEvent(
        "test", context.getLogger("test"), level, "hello {}", thrown, new Object[] {"there"});
  }

  @Test
  void plainLineHasTimeAndLevel() {
    assertThat(LineLayout.PLAIN.format(event(Level.WARN, null)))
        .matches(
            "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}[+-]\\d\\d:\\d\\d"
                + " WARN hello there\n");
  }

  @ParameterizedTest
  @CsvSource({"ERROR, 3", "WARN, 4", "INFO, 6", "DEBUG, 7", "TRACE, 7"})
  void journalLineHasThePriorityOfSyslog(String level, int priority) {
    assertThat(LineLayout.JOURNAL.format(event(Level.valueOf(level), null)))
        .isEqualTo("<" + priority + ">hello there\n");
  }

  @Test
  void everyLineOfAStackTraceHasThePrefix() {
    Throwable thrown =
        new IllegalStateException("outer", new IllegalArgumentException("two\nlines"));

    String text = LineLayout.PLAIN.format(event(Level.ERROR, thrown));

    assertThat(text.lines()).allMatch(line -> line.matches("\\S+ ERROR .*"));
    assertThat(text)
        .contains(
            " ERROR java.lang.IllegalStateException: outer\n",
            " ERROR caused by java.lang.IllegalArgumentException: two\n",
            " ERROR lines\n",
            "everyLineOfAStackTraceHasThePrefix");
  }

  @Test
  void anEventIsOneLineInTheJournal() {
    Throwable thrown =
        new IllegalStateException("outer", new IllegalArgumentException("two\nlines"));

    String text = LineLayout.JOURNAL.format(event(Level.ERROR, thrown));

    assertThat(text.lines()).hasSize(1);
    assertThat(text)
        .startsWith("<3>hello there; java.lang.IllegalStateException: outer; ")
        .contains("; caused by java.lang.IllegalArgumentException: two; lines; ")
        .endsWith("\n");
  }

  @Test
  void journalIsRecognisedByDeviceAndInode(@TempDir Path folder) throws IOException {
    Path stream = Files.createFile(folder.resolve("stream"));
    Path other = Files.createFile(folder.resolve("other"));
    String named =
        Files.getAttribute(stream, "unix:dev") + ":" + Files.getAttribute(stream, "unix:ino");

    assertThat(Journal.isStream(named, stream)).isTrue();
    assertThat(Journal.isStream(named, other)).isFalse();
    assertThat(Journal.isStream(null, stream)).isFalse();
    assertThat(Journal.isStream("nonsense", stream)).isFalse();
    assertThat(Journal.isStream(named, folder.resolve("missing"))).isFalse();
  }
}
