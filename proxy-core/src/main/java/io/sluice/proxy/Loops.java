package io.sluice.proxy;

import io.sluice.loop.EventLoop;
import io.sluice.session.SessionLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The event loops of a proxy, as those see them who are on none of them: what is asked of a loop is
 * a command that it runs, and nobody waits for ever. Any thread but a loop's, once all are added.
 */
final class Loops {
  /** A loop turns within milliseconds; one that does not answer for so long hangs. */
  static final long COMMAND_WAIT_MS = 5_000;

  private final List<SessionLoop> loops = new ArrayList<>();

  /** Adds one; before any of them starts. */
  void add(SessionLoop loop) {
    loops.add(loop);
  }

  /** Starts all of them. */
  void start() {
    loops.forEach(sessions -> sessions.loop().start());
  }

  /** All of them, by index. */
  List<SessionLoop> all() {
    return loops;
  }

  int size() {
    return loops.size();
  }

  /** Sessions now on all of them. */
  int sessions() {
    return loops.stream().mapToInt(SessionLoop::size).sum();
  }

  List<EventLoop> eventLoops() {
    return loops.stream().map(SessionLoop::loop).toList();
  }

  /**
   * Runs {@code command} on every loop and waits for all.
   *
   * @throws IllegalStateException when a loop hangs
   */
  void onEach(Consumer<SessionLoop> command) {
    CountDownLatch pending = new CountDownLatch(loops.size());
    for (SessionLoop sessions : loops) {
      sessions
          .loop()
          .execute(
              () -> {
                try {
                  command.accept(sessions);
                } finally {
                  pending.countDown();
                }
              });
    }
    try {
      boolean all = pending.await(COMMAND_WAIT_MS, TimeUnit.MILLISECONDS);
      if (!all) {
        throw new IllegalStateException("an event loop does not respond");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Counted down to zero when no loop has sessions, and mirrors have what was left of them. */
  CountDownLatch whenEmpty() {
    CountDownLatch busy = new CountDownLatch(loops.size());
    for (SessionLoop sessions : loops) {
      sessions.loop().execute(() -> sessions.whenEmpty(busy::countDown));
    }
    return busy;
  }

  /** Ends all loops; they run no command any more. */
  void stop() {
    for (SessionLoop sessions : loops) {
      sessions.loop().stop(COMMAND_WAIT_MS);
    }
  }
}
