package io.sluice.app.reload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.app.control.Answer;
import io.sluice.app.control.Answer.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ReloadsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Semaphore begun = new Semaphore(0);
  private final Semaphore mayEnd = new Semaphore(0);
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicInteger atATime = new AtomicInteger();
  private final Reloads reloads = new Reloads(this::reload);

  private Answer reload() {
    assertThat(atATime.incrementAndGet()).isEqualTo(1);
    begun.release();
    mayEnd.acquireUninterruptibly();
    atATime.decrementAndGet();
    return answer(count.incrementAndGet());
  }

  private static Answer answer(int number) {
    return new Answer(Verdict.DONE, List.of(), "reload " + number);
  }

  private static Answer outcome(CompletableFuture<Answer> asked) throws Exception {
    return asked.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void awaitBegin() throws InterruptedException {
    assertThat(begun.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
  }

  @Test
  void eachThatIsAskedForWhileNothingRunsIsItsOwn() throws Exception {
    mayEnd.release(2);

    assertThat(outcome(reloads.ask())).isEqualTo(answer(1));
    assertThat(outcome(reloads.ask())).isEqualTo(answer(2));
  }

  @Test
  void wantOfAThreadIsTheOutcomeAndHoldsUpNobody() throws Exception {
    var wanting = new AtomicInteger(1);
    Reloads poor =
        new Reloads(
            this::reload,
            task -> {
              if (wanting.getAndDecrement() > 0) {
                throw new OutOfMemoryError("unable to create native thread");
              }
              new Thread(task).start();
            });
    mayEnd.release();

    assertThat(outcome(poor.ask()))
        .isEqualTo(Answer.failed("cannot reload: unable to create native thread"));
    assertThat(outcome(poor.ask())).isEqualTo(answer(1));
    poor.stop();
  }

  @Test
  void whoAsksMeanwhileSharesTheOneAfter() throws Exception {
    CompletableFuture<Answer> first = reloads.ask();
    awaitBegin();
    CompletableFuture<Answer> second = reloads.ask();
    CompletableFuture<Answer> third = reloads.ask();
    assertThat(second).isNotDone();

    mayEnd.release(2);

    assertThat(outcome(first)).isEqualTo(answer(1));
    assertThat(outcome(second)).isEqualTo(answer(2));
    assertThat(outcome(third)).isEqualTo(answer(2));
    assertThat(count).hasValue(2);
  }

  @Test
  void stopWaitsForTheOneThatRunsAndLetsNoOtherBegin() throws Exception {
    CompletableFuture<Answer> first = reloads.ask();
    awaitBegin();
    CompletableFuture<Answer> second = reloads.ask();
    CompletableFuture<Void> stopped = CompletableFuture.runAsync(this::stop);
    await()
        .atMost(PATIENCE)
        .until(() -> reloads.ask().getNow(null), Answer.failed("the process is stopping")::equals);
    assertThat(stopped).isNotDone();

    mayEnd.release();

    stopped.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    assertThat(outcome(first)).isEqualTo(answer(1));
    assertThat(outcome(second)).isEqualTo(Answer.failed("the process is stopping"));
    assertThat(count).hasValue(1);
  }

  private void stop() {
    try {
      reloads.stop();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void stopWithoutAnyIsAtOnce() throws Exception {
    reloads.stop();

    assertThat(outcome(reloads.ask())).isEqualTo(Answer.failed("the process is stopping"));
    assertThat(count).hasValue(0);
  }
}
