package io.sluice.app.replay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Replays sessions, some at a time, in the order of the recording, as often as asked.
 *
 * <p>A session of a capture begins no earlier than it did there, counted from the moment at which
 * the first one of its round was taken; it counts as one of those at a time from then on. Any
 * thread may ask how far it is.
 */
public final class ReplayRun implements Supplier<String> {
  private static final int FAILURES_SHOWN = 10;
  private static final int DIVERGENCES_SHOWN = 100;

  /** One session to hold, and when, by the clock of System.nanoTime. */
  private record Task(RecordedSession session, long startNs) {}

  private final List<RecordedSession> sessions;
  private final long totalSessions;
  private final long totalBytes;
  private final int concurrency;
  private final Target target;
  private final Rules rules;
  private final ByteCounts counts = new ByteCounts();
  private final long beganNs = System.nanoTime();

  /** What follows: guarded by this. */
  private long taken;

  private long roundBeganNs;
  private long ended;
  private long failures;
  private long divergences;
  private long silent;
  private final List<String> failureLines = new ArrayList<>();
  private final List<List<String>> divergenceLines = new ArrayList<>();
  private final Set<String> divergedSessions = new HashSet<>();

  /**
   * A run that has not begun.
   *
   * @param concurrency sessions at a time
   * @param repeat how often each session is replayed
   */
  public ReplayRun(CaptureIndex index, Target target, Rules rules, int concurrency, int repeat) {
    sessions = index.sessions();
    totalSessions = (long) sessions.size() * repeat;
    totalBytes = index.bytesToServer() * repeat;
    this.concurrency = concurrency;
    this.target = target;
    this.rules = rules;
  }

  /**
   * Replays them all.
   *
   * @throws IOException when a recording cannot be read; failures with the server are in the result
   */
  public ReplayResult run() throws IOException, InterruptedException {
    int threads = (int) Math.min(concurrency, totalSessions);
    ExecutorService pool =
        Executors.newFixedThreadPool(
            threads,
            task -> {
              Thread thread = new Thread(task, "replay");
              thread.setDaemon(true);
              return thread;
            });
    try {
      List<Future<?>> workers = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        workers.add(pool.submit(this::replayUntilNoneIsLeft));
      }
      for (Future<?> worker : workers) {
        worker.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UncheckedIOException failed) {
        throw failed.getCause();
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      pool.shutdownNow();
    }
    return result();
  }

  private void replayUntilNoneIsLeft() {
    try {
      for (Task task = next(); task != null; task = next()) {
        awaitStart(task.startNs);
        replay(task.session);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The next one to hold; null when all are taken. */
  private synchronized Task next() {
    if (taken == totalSessions) {
      return null;
    }
    int index = (int) (taken++ % sessions.size());
    if (index == 0) {
      roundBeganNs = System.nanoTime();
    }
    RecordedSession session = sessions.get(index);
    return new Task(session, roundBeganNs + startDelayNs(session));
  }

  private long startDelayNs(RecordedSession session) {
    if (!session.timed()) {
      return 0;
    }
    long firstNs =
        sessions.stream().filter(RecordedSession::timed).findFirst().orElse(session).startNs();
    return rules.speed().delayNs(session.startNs() - firstNs);
  }

  private static void awaitStart(long startNs) throws InterruptedException {
    for (long leftNs = startNs - System.nanoTime(); leftNs > 0; ) {
      TimeUnit.NANOSECONDS.sleep(leftNs);
      leftNs = startNs - System.nanoTime();
    }
  }

  private void replay(RecordedSession session) throws IOException {
    Wire wire;
    try {
      wire = target.connect(rules.timeoutNs());
    } catch (IOException e) {
      onFailed(session, e.getMessage());
      return;
    }
    try (Conversation conversation = new Conversation(session, rules, wire, counts)) {
      onEnded(session, conversation.run());
    }
  }

  private synchronized void onFailed(RecordedSession session, String why) {
    ended++;
    failures++;
    showFailure(session, why);
  }

  private void showFailure(RecordedSession session, String why) {
    if (failureLines.size() < FAILURES_SHOWN) {
      failureLines.add(session.name() + ": " + why);
    }
  }

  private synchronized void onEnded(RecordedSession session, Outcome outcome) {
    ended++;
    silent += outcome.silent() ? 1 : 0;
    if (outcome.failure().isPresent()) {
      failures++;
      showFailure(session, outcome.failure().get());
    }
    if (outcome.divergence().isPresent()) {
      divergences++;
      // A session that is repeated is told once.
      if (divergenceLines.size() < DIVERGENCES_SHOWN && divergedSessions.add(session.name())) {
        divergenceLines.add(outcome.divergence().get().lines());
      }
    }
  }

  private synchronized ReplayResult result() {
    return new ReplayResult(
        ended,
        counts.sent.sum(),
        counts.received.sum(),
        (System.nanoTime() - beganNs) / 1e9,
        failures,
        divergences,
        silent,
        List.copyOf(failureLines),
        List.copyOf(divergenceLines));
  }

  /** How far it is, as a line. */
  @Override
  public String get() {
    return ProgressLine.of(result(), totalSessions, totalBytes);
  }
}
