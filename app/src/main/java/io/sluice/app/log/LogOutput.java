package io.sluice.app.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.time.Instant;
import java.util.function.Consumer;

/** Where events go, one after the other. May block. One thread. */
interface LogOutput {

  /** Writes an event. */
  void write(ILoggingEvent event);

  /** Writes a line about the log itself. */
  void write(Level level, Instant time, String text);

  /**
   * Lines of text.
   *
   * @param lines takes them whole, with their line feeds
   */
  static LogOutput lines(LineLayout layout, Consumer<String> lines) {
    return new LogOutput() {
      @Override
      public void write(ILoggingEvent event) {
        lines.accept(layout.format(event));
      }

      @Override
      public void write(Level level, Instant time, String text) {
        lines.accept(layout.format(level, time, text));
      }
    };
  }
}
