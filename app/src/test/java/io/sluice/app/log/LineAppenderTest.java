package io.sluice.app.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class LineAppenderTest {
  private final LoggerContext context = new LoggerContext();
  private final List<String> written = new CopyOnWriteArrayList<>();

  private LoggingEvent event(int number) {
    return new LoggingEvent(
        "test", context.getLogger("test"), Level.INFO, "event {}", null, new Object[] {number});
  }

  @Test
  void blockedOutputNeverBlocksWhoLogsAndWhatIsDroppedIsCounted() throws Exception {
    CountDownLatch blocked = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    LineAppender appender =
        new LineAppender(
            LogOutput.lines(
                LineLayout.JOURNAL,
                line -> {
                  blocked.countDown();
                  awaitUninterruptibly(released);
                  written.add(line);
                }));
    appender.start();
    appender.doAppend(event(0));
    blocked.await();

    // Would wait for ever if one of them blocked.
    for (int i = 1; i <= LineAppender.QUEUED_MAX + 100; i++) {
      appender.doAppend(event(i));
    }
    released.countDown();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> written.size() == 1 + LineAppender.QUEUED_MAX + 1);
    appender.doAppend(event(-1));
    appender.stop();

    assertThat(written).startsWith("<6>event 0\n", "<6>event 1\n").endsWith("<6>event -1\n");
    assertThat(written).containsOnlyOnce("<4>100 log lines dropped: they are taken too slowly\n");
    assertThat(written).contains("<6>event " + LineAppender.QUEUED_MAX + "\n");
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void whatIsQueuedIsWrittenBeforeTheEnd() {
    LineAppender appender = new LineAppender(LogOutput.lines(LineLayout.JOURNAL, written::add));
    appender.start();
    for (int i = 0; i < 1000; i++) {
      appender.doAppend(event(i));
    }

    appender.stop();

    assertThat(written).hasSize(1000).endsWith("<6>event 999\n");
  }
}
