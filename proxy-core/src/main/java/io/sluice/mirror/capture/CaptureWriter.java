package io.sluice.mirror.capture;

import io.sluice.loop.Clock;
import io.sluice.mirror.capture.EventRing.Kind;
import java.io.Closeable;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that writes all files of one mirror, so that a slow disk holds up nobody but itself.
 *
 * <p>Invariant: loops hand over events and never wait; the events of all loops are worked off in
 * the order in which they were given, so that the packets of one capture never interleave. How many
 * may be pending is bounded: a session whose event finds no room is detached. What fails ends one
 * session's recording, never the thread.
 *
 * <p>{@link #start} and {@link #stop} by the one thread that owns it.
 */
public final class CaptureWriter {
  private static final Logger LOG = LoggerFactory.getLogger(CaptureWriter.class);

  /** Events between two looks at aborts and at the deadline. */
  private static final int BATCH = 64;

  private final String mirror;
  private final Clock clock;
  private final WallTime wallTime;
  private final EventRing ring;
  private final Queue<Handover> aborts = new ConcurrentLinkedQueue<>();
  private final List<Closeable> files = new CopyOnWriteArrayList<>();
  private final Thread thread;
  private final AtomicBoolean parked = new AtomicBoolean();
  private volatile boolean stopping;
  private volatile long deadlineNs;
  private volatile boolean ended;

  /** The sessions that have been heard of and are not over. The writer's thread. */
  private final Set<Handover> sessions = Collections.newSetFromMap(new IdentityHashMap<>());

  /**
   * A writer that has not started.
   *
   * @param mirror name of the mirror, for the thread and messages
   * @param pendingMax events that may wait, rounded up to a power of two; each takes some 40 bytes
   * @param clock the loops' clock, of which {@code nowNs} of {@code onBytes} tells the time
   * @param wall the time of day
   */
  public CaptureWriter(String mirror, int pendingMax, Clock clock, InstantSource wall) {
    this.mirror = mirror;
    this.clock = clock;
    wallTime = new WallTime(clock, wall);
    ring = new EventRing(pendingMax);
    thread = new Thread(this::run, "sluice-capture-" + mirror);
    thread.setDaemon(true);
  }

  /** Starts the thread; events may be handed over before. */
  public void start() {
    thread.start();
  }

  /**
   * Writes what has been handed over, as far as {@code waitMs} milliseconds allow, and ends. What
   * is left is given up: its files stay recognisable as incomplete, its owners hear of {@link
   * io.sluice.mirror.DetachReason#SHUTDOWN}.
   *
   * @return false when a file system still held up the thread after that; it is a daemon
   */
  public boolean stop(long waitMs) {
    deadlineNs = System.nanoTime() + waitMs * 1_000_000L;
    stopping = true;
    wake();
    try {
      // A little longer than the writer's own deadline, which it sees between two events.
      thread.join(waitMs + 100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return !thread.isAlive();
  }

  /** Hands an event over; false when there is no room or nobody to take it. Any thread. */
  boolean offer(Handover target, Kind kind, long bytes, long timeNs) {
    if (ended || !ring.offer(target, kind, bytes, timeNs)) {
      return false;
    }
    wake();
    return !ended;
  }

  /** The same for an abort, for which there is always room. Any thread. */
  boolean submitAbort(Handover target) {
    aborts.add(target);
    wake();
    return !ended;
  }

  /** Closes {@code file} when the thread ends. Any thread. */
  void closeAtEnd(Closeable file) {
    files.add(file);
  }

  boolean hasEnded() {
    return ended;
  }

  long nowNs() {
    return clock.nanoTime();
  }

  void remember(Handover session) {
    sessions.add(session);
  }

  void forget(Handover session) {
    sessions.remove(session);
  }

  @Override
  public String toString() {
    return "capture writer of mirror " + mirror;
  }

  private void wake() {
    // One wake-up for one sleep, however many events there are.
    if (parked.get() && parked.compareAndSet(true, false)) {
      LockSupport.unpark(thread);
    }
  }

  private void run() {
    try {
      while (!isDone(turn())) {
        // The turn has done the work.
      }
    } finally {
      end();
    }
  }

  /** Works off a batch; false when there was nothing to do. */
  private boolean turn() {
    boolean worked = runAborts();
    for (int n = 0; n < BATCH && ring.poll(); n++) {
      worked = true;
      ring.target().onEvent(ring.kind(), ring.bytes(), wallTime.ofLoop(ring.timeNs()));
    }
    return worked;
  }

  private boolean isDone(boolean worked) {
    if (stopping) {
      return !worked || System.nanoTime() - deadlineNs >= 0;
    }
    if (!worked) {
      sleep();
    }
    return false;
  }

  private void sleep() {
    parked.set(true);
    // Whoever hands over something after this look finds us parked and wakes us.
    while (parked.get() && ring.isEmpty() && aborts.isEmpty() && !stopping) {
      LockSupport.park(this);
    }
    parked.set(false);
  }

  private boolean runAborts() {
    boolean worked = false;
    for (Handover target = aborts.poll(); target != null; target = aborts.poll()) {
      worked = true;
      target.onAbort();
    }
    return worked;
  }

  private void end() {
    // From here on whoever hands over something finds out; what came before is swept up here.
    ended = true;
    runAborts();
    while (ring.poll()) {
      ring.target().onStop();
    }
    new ArrayList<>(sessions).forEach(Handover::onStop);
    for (Closeable file : files) {
      try {
        file.close();
      } catch (IOException e) {
        LOG.warn("{}: {}", this, e.getMessage());
      }
    }
  }
}
