package io.sluice.app.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import io.sluice.stats.LogLine;
import io.sluice.systemd.JournalSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import jnr.unixsocket.UnixDatagramChannel;
import jnr.unixsocket.UnixSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalOutputTest {
  private static final int TOO_LONG = 64 << 20;

  private final LoggerContext context = new LoggerContext();
  private final List<String> lines = new ArrayList<>();

  @TempDir Path folder;
  private UnixDatagramChannel journal;
  private JournalSocket socket;
  private JournalOutput output;

  @BeforeEach
  void open() throws IOException {
    Path path = folder.resolve("socket");
    journal = UnixDatagramChannel.open();
    journal.bind(new UnixSocketAddress(path.toFile()));
    journal.configureBlocking(false);
    socket = JournalSocket.at(path).orElseThrow();
    output = new JournalOutput(socket, LogOutput.lines(LineLayout.JOURNAL, lines::add));
  }

  @AfterEach
  void close() throws IOException {
    socket.close();
    journal.close();
  }

  private LoggingEvent event(Level level, String message, Throwable thrown, Object... arguments) {
    return new LoggingEvent("test", context.getLogger("test"), level, message, thrown, arguments);
  }

  private String received() throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    journal.receive(buffer);
    return StandardCharsets.UTF_8.decode(buffer.flip()).toString();
  }

  @Test
  void fieldsOfALineAreFieldsOfTheEntry() throws IOException {
    LogLine line = LogLine.of("the line", "server", "a", "backend", null, "termination", "--");

    output.write(event(Level.INFO, "{}", null, line));

    assertThat(received())
        .isEqualTo(
            """
            MESSAGE=the line
            PRIORITY=6
            SYSLOG_IDENTIFIER=sluice
            SLUICE_SERVER=a
            SLUICE_TERMINATION=--
            """);
    assertThat(lines).isEmpty();
  }

  @Test
  void stackTraceIsPartOfTheMessage() throws IOException {
    output.write(event(Level.ERROR, "failed {}", new IllegalStateException("why"), 7));

    assertThat(received())
        .startsWith("MESSAGE\n")
        .contains("failed 7\njava.lang.IllegalStateException: why\n  ")
        .endsWith("\nPRIORITY=3\nSYSLOG_IDENTIFIER=sluice\n");
  }

  @Test
  void whatTheSocketDoesNotTakeGoesToTheStream() throws IOException {
    String text = "x".repeat(TOO_LONG);

    output.write(event(Level.WARN, "{}", null, text));
    journal.close();
    output.write(event(Level.INFO, "nobody listens", null));
    output.write(Level.WARN, Instant.EPOCH, "about the log");

    assertThat(lines)
        .containsExactly("<4>" + text + "\n", "<6>nobody listens\n", "<4>about the log\n");
  }
}
