package io.sluice.app;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.sluice.session.SessionLog;
import java.util.concurrent.CountDownLatch;
import org.slf4j.LoggerFactory;

/** The program, except that a loop hangs for ever in the line that it logs about a session. */
public final class HangingLoop {
  private HangingLoop() {}

  /** As {@link Main#main}. */
  public static void main(String[] args) {
    var hang =
        new AppenderBase<ILoggingEvent>() {
          @Override
          protected void append(ILoggingEvent event) {
            try {
              new CountDownLatch(1).await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
        };
    hang.start();
    ((Logger) LoggerFactory.getLogger(SessionLog.LOGGER)).addAppender(hang);
    Main.main(args);
  }
}
