package io.sluice.proxy;

import io.sluice.session.SessionLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Finds out which event loops turn. A loop without work sleeps and looks the same as one that
 * hangs, so each is given a command and has to answer.
 *
 * <p>Invariant: a loop has at most one of these commands in its queue; one that hangs is not given
 * more of them. One thread at a time; the loops answer on theirs.
 */
final class LoopPulse {

  /** One loop and how many commands it has answered. */
  private static final class Patient {
    final SessionLoop sessions;
    final AtomicLong answers = new AtomicLong();
    long asked;

    Patient(SessionLoop sessions) {
      this.sessions = sessions;
    }

    boolean hasAnswered() {
      return answers.get() == asked;
    }
  }

  private final List<Patient> patients;

  LoopPulse(List<SessionLoop> loops) {
    patients = loops.stream().map(Patient::new).toList();
  }

  /** The loops, by index, that did not turn within {@code bound}; empty when all is well. */
  List<Integer> silent(Duration bound) throws InterruptedException {
    CountDownLatch pending = new CountDownLatch(patients.size());
    for (Patient patient : patients) {
      if (patient.hasAnswered()) {
        patient.asked++;
        patient
            .sessions
            .loop()
            .execute(
                () -> {
                  patient.answers.incrementAndGet();
                  pending.countDown();
                });
      }
    }
    // A loop that has not answered the last time does not count down: then the bound is waited for.
    boolean all = pending.await(bound.toNanos(), TimeUnit.NANOSECONDS);
    List<Integer> silent = new ArrayList<>();
    for (Patient patient : patients) {
      if (!all && !patient.hasAnswered()) {
        silent.add(patient.sessions.loop().index());
      }
    }
    return silent;
  }
}
