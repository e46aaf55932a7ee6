package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The limit itself, in order and in a race. */
class ConnectionGateTest {
  private static final int SPINS_MAX = 1_000;

  @Test
  void letsInAsManyAsThereArePlaces() {
    ConnectionGate gate = new ConnectionGate(2);
    assertThat(gate.tryEnter()).isTrue();
    assertThat(gate.tryEnter()).isTrue();
    assertThat(gate.tryEnter()).isFalse();
    assertThat(gate.taken()).isEqualTo(2);

    gate.leave();
    assertThat(gate.tryEnter()).isTrue();
    assertThat(gate.tryEnter()).isFalse();
    assertThat(gate.max()).isEqualTo(2);
  }

  @Test
  void whoWaitsIsToldOnceWhenAPlaceIsFree() {
    ConnectionGate gate = new ConnectionGate(1);
    AtomicInteger told = new AtomicInteger();
    assertThat(gate.tryEnter()).isTrue();
    gate.await(told::incrementAndGet);
    gate.await(told::incrementAndGet);
    assertThat(told.get()).isZero();

    gate.leave();
    assertThat(told.get()).isEqualTo(2);
    assertThat(gate.tryEnter()).isTrue();
    gate.leave();
    assertThat(told.get()).isEqualTo(2);
  }

  @Test
  void whoBeginsToWaitWhileAPlaceIsFreeIsToldAtOnce() {
    ConnectionGate gate = new ConnectionGate(1);
    AtomicInteger told = new AtomicInteger();
    gate.await(told::incrementAndGet);

    assertThat(told.get()).isEqualTo(1);
  }

  @Test
  void aFailedAttemptTellsNobody() {
    ConnectionGate gate = new ConnectionGate(1);
    AtomicInteger told = new AtomicInteger();
    assertThat(gate.tryEnter()).isTrue();
    gate.await(told::incrementAndGet);

    assertThat(gate.tryEnter()).isFalse();
    assertThat(told.get()).isZero();
    assertThat(gate.taken()).isEqualTo(1);
  }

  /** Every thread enters and leaves many times, and waits to be told whenever it is refused. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void nobodyWaitsForEverAndNeverAreTooManyInside(int places) throws InterruptedException {
    int threads = 4;
    int rounds = 200_000;
    CountDownLatch begin = new CountDownLatch(threads);
    ConnectionGate gate = new ConnectionGate(places);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger tooMany = new AtomicInteger();
    AtomicInteger forgotten = new AtomicInteger();
    List<Thread> all = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      Thread thread =
          new Thread(
              () -> {
                begin.countDown();
                while (begin.getCount() > 0) {
                  Thread.onSpinWait();
                }
                for (int round = 0; round < rounds && forgotten.get() == 0; round++) {
                  enter(gate, forgotten);
                  if (inside.incrementAndGet() > places) {
                    tooMany.incrementAndGet();
                  }
                  inside.decrementAndGet();
                  gate.leave();
                }
              });
      all.add(thread);
      thread.start();
    }
    for (Thread thread : all) {
      thread.join();
    }

    assertThat(forgotten.get()).as("threads that waited while a place was free").isZero();
    assertThat(tooMany.get()).isZero();
    assertThat(gate.taken()).isZero();
  }

  /** One leaves while the other is refused and begins to wait: nobody else will come to tell it. */
  @Test
  void aPlaceThatBecomesFreeWhileSomebodyBeginsToWaitIsTold() throws InterruptedException {
    int games = 50_000;
    ConnectionGate gate = new ConnectionGate(1);
    AtomicInteger forgotten = new AtomicInteger();
    AtomicInteger begun = new AtomicInteger();
    AtomicInteger ended = new AtomicInteger();
    Thread other =
        new Thread(
            () -> {
              for (int game = 1; game <= games; game++) {
                awaitValue(begun, game);
                enter(gate, forgotten);
                gate.leave();
                ended.set(game);
              }
            });
    other.start();
    for (int game = 1; game <= games && forgotten.get() == 0; game++) {
      assertThat(gate.tryEnter()).isTrue();
      begun.set(game);
      gate.leave();
      awaitValue(ended, game);
    }
    other.join();

    assertThat(forgotten.get()).isZero();
  }

  /** Spins, so that the other comes close; but who is waited for may need this processor. */
  private static void awaitValue(AtomicInteger counter, int value) {
    for (int spins = 1; counter.get() < value; spins++) {
      if (spins % SPINS_MAX == 0) {
        LockSupport.parkNanos(1);
      } else {
        Thread.onSpinWait();
      }
    }
  }

  private static void enter(ConnectionGate gate, AtomicInteger forgotten) {
    while (!gate.tryEnter()) {
      Semaphore told = new Semaphore(0);
      gate.await(told::release);
      try {
        if (!told.tryAcquire(5, TimeUnit.SECONDS)) {
          forgotten.incrementAndGet();
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
