package io.sluice.app.reload;

import io.sluice.app.control.Answer;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Those who ask for a reload, one reload after the other.
 *
 * <pre>
 *           ask                    ask (any number)
 *   IDLE ────────▶ RUNNING ───────────────────────▶ RUNNING, AWAITED ───┐
 *    ▲                │ ▲                                  │            │ ask: the same
 *    └─────done───────┘ └──────────────done────────────────┘            │ next one
 *                                                          ▲────────────┘
 *   any ──stop──▶ STOPPED, as soon as the one that runs is done
 * </pre>
 *
 * <p>Invariant: at most one reload runs, and who asks gets the outcome of one that began after he
 * asked, so that it has read what he wrote. Who asks while one runs shares the next one with all
 * others who do. Any thread may ask; reloads run on a thread that ends with the last of them.
 */
public final class Reloads {
  private static final Logger LOG = LoggerFactory.getLogger(Reloads.class);
  private static final String STOPPING = "the process is stopping";

  private final Supplier<Answer> reload;
  private final Consumer<Runnable> threads;
  private boolean running;
  private boolean stopped;

  /** Of those who wait for a reload that has not begun; null where nobody does. */
  private CompletableFuture<Answer> awaited;

  /** IDLE, for {@code reload}. */
  public Reloads(Reload reload) {
    this(reload::run);
  }

  Reloads(Supplier<Answer> reload) {
    this(reload, task -> new Thread(task, "sluice-reload").start());
  }

  /**
   * The same on other threads.
   *
   * @param threads starts one
   */
  Reloads(Supplier<Answer> reload, Consumer<Runnable> threads) {
    this.reload = reload;
    this.threads = threads;
  }

  /** Asks for a reload; returns at once, with what will be its outcome. */
  public synchronized CompletableFuture<Answer> ask() {
    if (stopped) {
      return CompletableFuture.completedFuture(Answer.failed(STOPPING));
    }
    if (awaited == null) {
      awaited = new CompletableFuture<>();
    }
    CompletableFuture<Answer> mine = awaited;
    if (!running) {
      try {
        threads.accept(this::runAll);
        running = true;
      } catch (OutOfMemoryError e) { // Of threads: a limit such as TasksMax= is reached.
        awaited = null;
        LOG.error("cannot reload: {}", e.getMessage());
        return CompletableFuture.completedFuture(Answer.failed("cannot reload: " + e.getMessage()));
      }
    }
    return mine;
  }

  private void runAll() {
    for (var next = begin(); next != null; next = begin()) {
      try {
        next.complete(reload.get());
      } catch (RuntimeException | Error e) {
        next.completeExceptionally(e);
        end();
        throw e; // Whoever watches the threads of this process decides what is to be done.
      }
    }
  }

  /** The next one, or null where there is none and IDLE begins. */
  private synchronized CompletableFuture<Answer> begin() {
    CompletableFuture<Answer> next = awaited;
    awaited = null;
    if (next == null || stopped) {
      if (next != null) {
        next.complete(Answer.failed(STOPPING));
      }
      end();
      return null;
    }
    return next;
  }

  private synchronized void end() {
    running = false;
    notifyAll();
  }

  /**
   * Lets no further reload begin, and waits for the one that runs. To be called before what is
   * reloaded ends.
   */
  public synchronized void stop() throws InterruptedException {
    stopped = true;
    while (running) {
      wait();
    }
  }
}
