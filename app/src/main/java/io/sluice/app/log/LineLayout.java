package io.sluice.app.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** From a log event to its text, which ends with a line feed. */
enum LineLayout {
  /** {@code 2026-01-31T12:00:00.123+01:00 INFO message}, for people and files. */
  PLAIN {
    @Override
    String prefix(Level level, Instant time) {
      return TIME.format(time) + " " + level + " ";
    }
  },

  /**
   * {@code <6>message}: the journal adds the time and reads the priority, sd-daemon(3). A line is
   * an entry there, so an event is a line.
   */
  JOURNAL {
    @Override
    String format(Level level, Instant time, String text) {
      return prefix(level, time) + text.strip().replaceAll("\\s*\\R\\s*", "; ") + '\n';
    }

    @Override
    String prefix(Level level, Instant time) {
      return "<" + priority(level) + ">";
    }
  };

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSxxx", Locale.ROOT)
          .withZone(ZoneId.systemDefault());

  abstract String prefix(Level level, Instant time);

  /** The lines of {@code event}, with its stack trace. */
  String format(ILoggingEvent event) {
    return format(event.getLevel(), event.getInstant(), text(event));
  }

  /** What {@code event} says, with its stack trace and nothing before. */
  static String text(ILoggingEvent event) {
    String message = event.getFormattedMessage();
    IThrowableProxy thrown = event.getThrowableProxy();
    return thrown == null ? message : message + '\n' + stackTrace(thrown);
  }

  /** Every line of {@code text} gets the prefix: none can pass for an event of its own. */
  String format(Level level, Instant time, String text) {
    String prefix = prefix(level, time);
    return prefix + text.stripTrailing().replace("\n", "\n" + prefix) + '\n';
  }

  private static String stackTrace(IThrowableProxy outermost) {
    StringBuilder text = new StringBuilder(1024);
    String cause = "";
    for (IThrowableProxy thrown = outermost; thrown != null; thrown = thrown.getCause()) {
      text.append(cause).append(thrown.getClassName());
      text.append(": ").append(thrown.getMessage()).append('\n');
      for (StackTraceElementProxy frame : thrown.getStackTraceElementProxyArray()) {
        text.append("  ").append(frame.getSTEAsString()).append('\n');
      }
      cause = "caused by ";
    }
    return text.toString();
  }

  /** The numbers of syslog(3). */
  static int priority(Level level) {
    return switch (level.toInt()) {
      case Level.ERROR_INT -> 3;
      case Level.WARN_INT -> 4;
      case Level.INFO_INT -> 6;
      default -> 7;
    };
  }
}
