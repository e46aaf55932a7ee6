package io.sluice.loop;

import io.sluice.transport.Poller;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that turns: poll, commands, ready tasks, timers.
 *
 * <pre>
 *   ┌─▶ poll ──▶ commands ──▶ ready tasks ──▶ timers ─┐
 *   └──────────────────────────────────────────────────┘
 * </pre>
 *
 * <p>Each step is bounded, so that no flow starves another: a batch of events, the commands and
 * ready tasks that were queued when the step began, the timers that are due. The clock is read once
 * after the poll; everything in a turn happens at {@link #nowNs}.
 *
 * <p>Timers come last, so that where a loop or the whole machine stood still for longer than a
 * time-out, what has come meanwhile came in time.
 *
 * <p>Other threads use {@link #execute} and nothing else.
 */
public final class EventLoop implements Executor {

  /** Something that runs when its sockets may have become ready, and may ask for another run. */
  @FunctionalInterface
  public interface Task {
    /** Does a bounded amount of work. */
    void onTurn();

    /**
     * Called for all ready tasks of a turn before the first {@link #onTurn}, when there are
     * several: takes in what is cheap to keep. What a batch sends then goes out together, and a
     * receiver that was woken by the first of it finds the rest without going to sleep in between.
     */
    default void gather() {}
  }

  private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);

  private final int index;
  private final Poller poller;
  private final Clock clock;
  private final Timers timers;
  private final Lookout lookout;
  private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();
  private final ArrayDeque<Task> ready = new ArrayDeque<>();
  private volatile Thread thread;
  private long nowNs;
  private long turns;
  private boolean polling;
  private boolean stopped;

  /** A loop that has not started; {@code index} counts the loops of a process from 0. */
  public EventLoop(int index, Poller poller, Clock clock) {
    // How long others keep the core is a matter of real time, whatever the loop's clock says.
    this(index, poller, clock, new Lookout(Clock.SYSTEM));
  }

  EventLoop(int index, Poller poller, Clock clock, Lookout lookout) {
    this.index = index;
    this.lookout = lookout;
    this.poller = poller;
    this.clock = clock;
    nowNs = clock.nanoTime();
    timers = new Timers(nowNs);
  }

  /** Starts the loop's thread. Any thread, once. */
  public void start() {
    Thread started = new Thread(this::run, "sluice-loop-" + index);
    thread = started;
    started.start();
  }

  /**
   * Ends the loop after its current turn and releases its poller. Any thread.
   *
   * @param waitMs how long to wait for the end
   * @return false when the loop was still running after that
   */
  public boolean stop(long waitMs) {
    execute(() -> stopped = true);
    Thread running = thread;
    if (running == null) {
      poller.close();
      return true;
    }
    try {
      running.join(waitMs);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return !running.isAlive();
  }

  /** Runs {@code command} on the loop's thread, soon. Any thread. */
  @Override
  public void execute(Runnable command) {
    commands.add(command);
    if (Thread.currentThread() != thread) {
      poller.wakeup();
    }
  }

  /**
   * One turn, waiting for events at most {@code maxWaitMs} milliseconds. Called by the loop's own
   * thread; tests call it on theirs after {@link #adopt}.
   */
  public void turn(int maxWaitMs) {
    assert isCurrent() : "a loop turns on its own thread";
    polling = true;
    try {
      await(maxWaitMs);
    } finally {
      polling = false;
    }
    nowNs = clock.nanoTime();
    turns++;
    runCommands();
    runReady();
    timers.advance(nowNs);
  }

  /** Makes the calling thread the loop's thread, for loops that are turned by hand. */
  public void adopt() {
    thread = Thread.currentThread();
  }

  /** Gives {@code task} a run in this turn, or in the next one if this turn's runs have begun. */
  public void enqueue(Task task) {
    assert isCurrent() : "tasks are queued on the loop's thread";
    ready.add(task);
  }

  /** True on the loop's own thread. */
  public boolean isCurrent() {
    return Thread.currentThread() == thread;
  }

  /** This turn's time, nanoseconds of the loop's {@link Clock}. Not to be asked during the poll. */
  public long nowNs() {
    assert !polling : "the time of this turn is read after the poll";
    return nowNs;
  }

  /** Number of this loop, from 0. */
  public int index() {
    return index;
  }

  /** The loop's way to the operating system. */
  public Poller poller() {
    return poller;
  }

  /** The loop's deadlines. */
  public Timers timers() {
    return timers;
  }

  /** Turns so far. */
  public long turns() {
    return turns;
  }

  private void run() {
    try {
      while (!stopped) {
        try {
          turn(Integer.MAX_VALUE);
        } catch (RuntimeException e) {
          // A defect of ours in one session must not end all others of this loop.
          LOG.error("event loop {}: unexpected error, continuing", index, e);
        }
      }
    } finally {
      poller.close();
    }
  }

  private void await(int maxWaitMs) {
    if (waitMs(maxWaitMs) == 0 || !look()) {
      // Asked again: the look may have used up the wake-up of a command.
      poller.poll(waitMs(maxWaitMs));
    }
  }

  /** True if it has found events. */
  @SuppressWarnings("ThreadPriorityCheck") // A hint: nothing waits for what it may bring.
  private boolean look() {
    if (!lookout.begin()) {
      return false;
    }
    Thread.yield();
    boolean found = poller.poll(0) > 0;
    lookout.end(!found);
    return found;
  }

  private int waitMs(int maxWaitMs) {
    if (!ready.isEmpty() || !commands.isEmpty()) {
      return 0;
    }
    int timerMs = timers.waitMs(clock.nanoTime());
    return timerMs < 0 ? maxWaitMs : Math.min(timerMs, maxWaitMs);
  }

  private void runCommands() {
    if (commands.isEmpty()) {
      return;
    }
    for (int n = commands.size(); n > 0; n--) {
      Runnable command = commands.poll();
      if (command == null) {
        return;
      }
      command.run();
    }
  }

  private void runReady() {
    if (ready.size() > 1) {
      for (int n = ready.size(); n > 0; n--) {
        Task task = ready.poll();
        task.gather();
        ready.add(task);
      }
    }
    for (int n = ready.size(); n > 0; n--) {
      ready.poll().onTurn();
    }
  }
}
