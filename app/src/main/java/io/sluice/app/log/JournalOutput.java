package io.sluice.app.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.sluice.stats.LogLine;
import io.sluice.systemd.JournalEntry;
import io.sluice.systemd.JournalSocket;
import java.time.Instant;
import java.util.Locale;

/**
 * Entries of the journal with fields: those of a {@link LogLine} are {@code SLUICE_} and the
 * field's name in capitals. What the journal's socket does not take goes to its stream.
 */
final class JournalOutput implements LogOutput {
  private static final String IDENTIFIER = "sluice";
  private static final String PREFIX = "SLUICE_";

  private final JournalSocket socket;
  private final LogOutput stream;

  /**
   * @param stream for what is too long, or comes too fast
   */
  JournalOutput(JournalSocket socket, LogOutput stream) {
    this.socket = socket;
    this.stream = stream;
  }

  @Override
  public void write(ILoggingEvent event) {
    JournalEntry entry = entry(event.getLevel(), LineLayout.text(event));
    Object[] arguments = event.getArgumentArray();
    if (arguments != null && arguments.length > 0 && arguments[0] instanceof LogLine line) {
      line.fields()
          .forEach((name, value) -> entry.add(PREFIX + name.toUpperCase(Locale.ROOT), value));
    }
    if (!socket.send(entry)) {
      stream.write(event);
    }
  }

  @Override
  public void write(Level level, Instant time, String text) {
    if (!socket.send(entry(level, text))) {
      stream.write(level, time, text);
    }
  }

  private static JournalEntry entry(Level level, String text) {
    return new JournalEntry()
        .add("MESSAGE", text.stripTrailing())
        .add("PRIORITY", String.valueOf(LineLayout.priority(level)))
        .add("SYSLOG_IDENTIFIER", IDENTIFIER);
  }
}
