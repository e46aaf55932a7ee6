package io.sluice.discovery;

import io.sluice.backend.Server;
import io.sluice.config.DiscoverConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the slots of one backend filled with what a name stands for.
 *
 * <pre>
 *   ask ──answer──▶ wait for its TTL ──▶ ask …
 *    └──failure──▶ wait for the retry interval ──▶ ask …
 * </pre>
 *
 * <p>Invariant: from {@link #start} to {@link #stop} there is one question under way, or one wait.
 * Everything happens on the thread of the {@link Agenda}; public methods are for any.
 */
public final class Discovery {
  private static final Logger LOG = LoggerFactory.getLogger(Discovery.class);

  private final String subject;
  private final NameSource source;
  private final List<Slot> slots;
  private final DiscoverConfig terms;
  private final Agenda agenda;
  private final CountDownLatch first = new CountDownLatch(1);
  private volatile boolean stopped;

  /** Made when it begins, and not before: until then another one may fill the same slots. */
  private SlotTable table;

  /** What the last question has failed with; null if it has not. */
  private NameFailure.Kind failing;

  private int leftOut;

  Discovery(
      String subject, NameSource source, List<Slot> slots, DiscoverConfig terms, Agenda agenda) {
    this.subject = subject;
    this.source = source;
    this.terms = terms;
    this.agenda = agenda;
    this.slots = List.copyOf(slots);
  }

  /**
   * The discovery of a backend's servers; asks nothing yet.
   *
   * @param slots what is filled
   * @throws IOException when the name is none
   */
  public static Discovery of(
      String backend, DiscoverConfig terms, List<Server> slots, DiscoveryThread thread)
      throws IOException {
    List<Slot> filled = slots.stream().map(server -> (Slot) new ServerSlot(server)).toList();
    String subject = "backend " + backend + ": " + terms.name();
    return new Discovery(subject, DnsSource.of(terms, thread), filled, terms, thread);
  }

  /** Begins to ask. Once. */
  public void start() {
    agenda.execute(
        () -> {
          table = new SlotTable(slots, terms);
          ask();
        });
  }

  /**
   * Waits until the first answer, or the first failure, has been taken in.
   *
   * @return false after the time
   */
  public boolean awaitFirst(long time, TimeUnit unit) throws InterruptedException {
    return first.await(time, unit);
  }

  /** Who waits for the first answer waits no more. */
  public void hurry() {
    first.countDown();
  }

  /** How long the first answer may take at most. */
  public Duration patience() {
    return terms.timeout().multipliedBy(terms.retries() + 1L);
  }

  /** Asks no more; slots stay as they are. An answer that is under way may still be taken in. */
  public void stop() {
    stopped = true;
  }

  private void ask() {
    if (!stopped) {
      // As a task of its own, so that a defect in it is heard of.
      asked().whenComplete((answer, thrown) -> agenda.execute(() -> onOutcome(answer, thrown)));
    }
  }

  /** A question that cannot even be asked (no thread for the library, say) is one that failed. */
  private CompletionStage<Answer> asked() {
    try {
      return source.ask();
    } catch (RuntimeException | Error e) {
      return CompletableFuture.failedStage(e);
    }
  }

  private void onOutcome(Answer answer, Throwable thrown) {
    if (stopped) {
      return;
    }
    long againNs = terms.retryInterval().toNanos();
    try {
      if (thrown == null) {
        againNs = onAnswer(answer);
      } else {
        onFailure(NameFailure.of(thrown));
      }
    } finally {
      agenda.after(againNs, this::ask);
      first.countDown();
    }
  }

  private long onAnswer(Answer answer) {
    long nowNs = agenda.nowNs();
    table.onAnswer(answer, nowNs);
    if (failing != null) {
      failing = null;
      LOG.info("{} resolves again", subject);
    }
    if (table.leftOut() != leftOut) {
      leftOut = table.leftOut();
      if (leftOut > 0) {
        LOG.warn("{} has {} more servers than there are slots: raise slots", subject, leftOut);
      }
    }
    long ttlNs = Math.min(terms.ttlMax().toNanos(), answer.ttl().toNanos());
    return Math.max(terms.ttlMin().toNanos(), Math.min(ttlNs, table.releaseInNs(nowNs)));
  }

  private void onFailure(NameFailure failure) {
    boolean emptied = table.onFailure(failure.kind(), agenda.nowNs());
    if (emptied || failing != failure.kind()) {
      LOG.warn(
          "{} cannot be resolved, {}: {}; {}",
          subject,
          failure.kind().words(),
          failure.getMessage(),
          table.inUse() > 0 ? "what the last good answer told stays" : "it tells no servers now");
    }
    failing = failure.kind();
  }
}
