package io.sluice.discovery;

import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the slots of backends filled with what their names stand for.
 *
 * <p>One thread takes in all answers and waits for the next time to ask; asking itself is the
 * sources' matter and blocks nobody. Invariant: a name has at most one question under way.
 */
public final class Discovery implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Discovery.class);
  private static final long SECOND_NS = 1_000_000_000;

  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread made = new Thread(task, "sluice-discovery");
            made.setDaemon(true);
            return made;
          });

  /**
   * Begins to ask for a name, and goes on until {@link #close}.
   *
   * @param subject what the name is for, in logs: {@code backend app: db.example.org}
   * @return counted down once the first answer, or the first failure, has been taken in
   */
  public CountDownLatch add(
      String subject, NameSource source, List<Slot> slots, DiscoveryTerms terms) {
    Name name = new Name(subject, source, slots, terms);
    thread.execute(name::ask);
    return name.first;
  }

  /** Asks no more. Slots stay as they are. */
  @Override
  public void close() {
    thread.shutdownNow();
  }

  private final class Name {
    private final String subject;
    private final NameSource source;
    private final SlotTable table;
    private final DiscoveryTerms terms;
    private final CountDownLatch first = new CountDownLatch(1);
    private boolean failing;
    private int leftOut;

    Name(String subject, NameSource source, List<Slot> slots, DiscoveryTerms terms) {
      this.subject = subject;
      this.source = source;
      this.terms = terms;
      table = new SlotTable(slots, terms.holdGoneNs(), terms.holdFailureNs(), System.nanoTime());
    }

    void ask() {
      source
          .ask()
          .whenComplete(
              (answer, failure) -> {
                try {
                  thread.execute(() -> onOutcome(answer, failure));
                } catch (RejectedExecutionException closed) {
                  first.countDown();
                }
              });
    }

    private void onOutcome(Answer answer, Throwable failure) {
      try {
        long againNs = failure == null ? onAnswer(answer) : onFailure(failure);
        // What ends it is the end of the thread; nobody waits for one question.
        var unused = thread.schedule(this::ask, againNs, TimeUnit.NANOSECONDS);
      } finally {
        first.countDown();
      }
    }

    private long onAnswer(Answer answer) {
      table.onAnswer(answer, System.nanoTime());
      if (failing) {
        failing = false;
        LOG.info("{}: resolved again", subject);
      }
      if (table.leftOut() != leftOut) {
        leftOut = table.leftOut();
        if (leftOut > 0) {
          LOG.warn("{}: {} addresses have no slot; raise discover.slots", subject, leftOut);
        }
      }
      return Math.max(terms.shortestNs(), Math.min(terms.longestNs(), answer.ttl().toNanos()));
    }

    private long onFailure(Throwable failure) {
      Throwable cause =
          failure instanceof CompletionException && failure.getCause() != null
              ? failure.getCause()
              : failure;
      String words = cause.getMessage() == null ? cause.toString() : cause.getMessage();
      boolean emptied = table.onFailure(words, System.nanoTime());
      if (!failing || emptied) {
        failing = true;
        LOG.warn(
            "{}: {}; {}, asking again in {} s",
            subject,
            words,
            table.inUse() > 0 ? "its " + table.inUse() + " known servers stay" : "it has no server",
            terms.retryNs() / SECOND_NS);
      }
      return terms.retryNs();
    }
  }
}
