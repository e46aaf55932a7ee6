package io.sluice.app.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** From a log event to its text, which ends with a line feed. */
enum LineLayout {
  /** {@code 2026-01-31T12:00:00.123+01:00 INFO message}, for people and files. */
  PLAIN {
    @Override
    String prefix(ILoggingEvent event) {
      return TIME.format(event.getInstant()) + " " + event.getLevel() + " ";
    }
  },

  /** {@code <6>message}: the journal adds the time and reads the priority, sd-daemon(3). */
  JOURNAL {
    @Override
    String prefix(ILoggingEvent event) {
      return "<" + priority(event.getLevel()) + ">";
    }
  };

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSxxx", Locale.ROOT)
          .withZone(ZoneId.systemDefault());

  abstract String prefix(ILoggingEvent event);

  /** The text of {@code event}; a stack trace follows on lines of its own, each with the prefix. */
  String format(ILoggingEvent event) {
    String start = prefix(event);
    StringBuilder text = new StringBuilder(start.length() + 160);
    text.append(start).append(event.getFormattedMessage()).append('\n');
    String cause = "";
    for (IThrowableProxy thrown = event.getThrowableProxy();
        thrown != null;
        thrown = thrown.getCause()) {
      text.append(start).append(cause).append(thrown.getClassName());
      text.append(": ").append(thrown.getMessage()).append('\n');
      for (StackTraceElementProxy frame : thrown.getStackTraceElementProxyArray()) {
        text.append(start).append("  ").append(frame.getSTEAsString()).append('\n');
      }
      cause = "caused by ";
    }
    return text.toString();
  }

  /** The numbers of syslog(3). */
  private static int priority(Level level) {
    return switch (level.toInt()) {
      case Level.ERROR_INT -> 3;
      case Level.WARN_INT -> 4;
      case Level.INFO_INT -> 6;
      default -> 7;
    };
  }
}
