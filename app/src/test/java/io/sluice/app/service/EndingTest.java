package io.sluice.app.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EndingTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final AtomicInteger sessions = new AtomicInteger();
  private final Ending ending = new Ending(sessions::get, () -> 0);
  private final FutureTask<Duration> end = new FutureTask<>((Callable<Duration>) ending::await);
  private final Thread waiting = new Thread(end, "waits-for-the-end");

  private void begin() {
    waiting.setDaemon(true);
    waiting.start();
    await().atMost(PATIENCE).until(waiting::getState, state -> state.name().endsWith("WAITING"));
  }

  private Duration end() throws Exception {
    try {
      return end.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    }
  }

  @Test
  void isThereWhenItIsAskedFor() throws Exception {
    begin();
    assertThat(end).isNotDone();

    ending.ask();

    assertThat(end()).isZero();
  }

  @Test
  void mayBeAskedForBeforeAnybodyWaits() throws Exception {
    ending.ask();

    assertThat(ending.await()).isZero();
  }

  @Test
  void timeWithoutASessionMayBeSetWhileSomebodyWaits() throws Exception {
    begin();

    ending.limit(Duration.ofMillis(50));

    assertThat(end()).hasMillis(50);
  }

  @Test
  void timeWithoutASessionMayBeTakenBack() throws Exception {
    sessions.set(1);
    ending.limit(Duration.ofMillis(50));
    begin();
    ending.limit(Duration.ZERO);
    await().atMost(PATIENCE).until(waiting::getState, Thread.State.WAITING::equals);
    sessions.set(0);

    ending.ask();

    assertThat(end()).isZero();
  }
}
