package io.sluice.transport.epoll;

import io.sluice.linux.Errno;
import io.sluice.linux.Pipe;
import io.sluice.linux.Syscalls;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One loop's pipes. A flow borrows one while bytes are in flight, so that flows which are not
 * blocked share one hot pipe.
 *
 * <p>Two sizes: large ones for throughput, small ones that take over when blocked flows hold so
 * many that large ones would use up the budget. Where neither is to be had the flow copies.
 *
 * <p>Invariant: an idle pipe is empty. One that still holds bytes is destroyed when it is given
 * back: they are one client's data and must never reach another. A runt (the kernel's two slots for
 * a user over the limit) is closed at once and never used.
 */
final class PipePool {
  private static final Logger LOG = LoggerFactory.getLogger(PipePool.class);

  private static final int PAGE_BYTES = 4096;
  private static final int SMALL_BYTES = 16 * PAGE_BYTES;

  /** Idle pipes kept: one hot pipe serves the loop, the others spare pipe2(2) in bursts. */
  private static final int LARGE_IDLE_MAX = 2;

  private static final int SMALL_IDLE_MAX = 16;

  /** After a failure, this many fills copy before pipe2(2) is tried again. */
  private static final int SKIPS_AFTER_FAILURE = 256;

  private final Syscalls sys;
  private final PipeBudget budget;
  private final int largeBytes;
  private final int smallBytes;
  private final Pipe[] largeIdle = new Pipe[LARGE_IDLE_MAX];
  private final Pipe[] smallIdle = new Pipe[SMALL_IDLE_MAX];
  private int largeIdleCount;
  private int smallIdleCount;
  private int inUse;
  private int skips;
  private int largeSkips;
  private long runts;
  private boolean warned;

  PipePool(Syscalls sys, PipeBudget budget, int largeBytes) {
    this.sys = sys;
    this.budget = budget;
    this.largeBytes = largeBytes;
    smallBytes = Math.min(SMALL_BYTES, largeBytes);
  }

  /** An empty pipe, or null when there is none to be had: then copy. */
  Pipe take() {
    return lend(largeIdleCount > 0 ? takeLarge() : createLarge(budget.pages() / 4), 0);
  }

  /**
   * An empty pipe for a mirror's backlog of {@code bytes}, if flows keep enough to go on with; else
   * null. A pipe larger than the pool's own is made for it and closed when it is given back.
   */
  Pipe takeForMirror(long bytes) {
    int spare = budget.pages() / 2;
    if (bytes > largeBytes) {
      return lend(create((int) bytes, spare), spare);
    }
    return lend(largeIdleCount > 0 ? takeLarge() : createLarge(spare), spare);
  }

  private Pipe takeLarge() {
    return largeIdle[--largeIdleCount];
  }

  /** {@code wanted}, or where that could not be had a small pipe, or null. */
  private Pipe lend(Pipe wanted, int sparePages) {
    Pipe pipe = wanted;
    if (pipe == null) {
      pipe = smallIdleCount > 0 ? smallIdle[--smallIdleCount] : create(smallBytes, sparePages);
    }
    if (pipe != null) {
      assert pipe.bytes() == 0 && pipe.kernelBytes() == 0 : "a pooled pipe is empty";
      inUse++;
    }
    return pipe;
  }

  /** Takes a pipe back; destroys it unless it is empty. */
  void give(Pipe pipe) {
    inUse--;
    if (pipe.bytes() > 0) {
      destroy(pipe);
      return;
    }
    assert pipe.kernelBytes() == 0 : "the count of a pipe is what is in it";
    if (pipe.capacityBytes() > SMALL_BYTES) {
      if (largeIdleCount < LARGE_IDLE_MAX && pipe.capacityBytes() <= largeBytes) {
        largeIdle[largeIdleCount++] = pipe;
        return;
      }
    } else if (smallIdleCount < SMALL_IDLE_MAX) {
      smallIdle[smallIdleCount++] = pipe;
      return;
    }
    destroy(pipe);
  }

  int inUse() {
    return inUse;
  }

  int idle() {
    return largeIdleCount + smallIdleCount;
  }

  long runts() {
    return runts;
  }

  /** Closes the idle pipes; those in use are their pumps' to give back. */
  void close() {
    while (largeIdleCount > 0) {
      destroy(largeIdle[--largeIdleCount]);
    }
    while (smallIdleCount > 0) {
      destroy(smallIdle[--smallIdleCount]);
    }
  }

  private Pipe createLarge(int sparePages) {
    if (largeBytes <= SMALL_BYTES) {
      return null;
    }
    if (largeSkips > 0) {
      largeSkips--;
      return null;
    }
    Pipe pipe = create(largeBytes, sparePages);
    if (pipe != null && pipe.capacityBytes() < largeBytes) {
      // F_SETPIPE_SZ was refused, and would be next time: small pipes serve, idle ones first.
      largeSkips = SKIPS_AFTER_FAILURE;
    }
    return pipe;
  }

  private Pipe create(int bytes, int sparePages) {
    if (skips > 0) {
      skips--;
      return null;
    }
    int pages = bytes / PAGE_BYTES;
    if (!budget.reserve(pages, sparePages)) {
      return null;
    }
    Pipe pipe = Pipe.create(sys, bytes);
    if (!pipe.isOpen()) {
      budget.release(pages);
      fail("pipe2: " + Errno.text(pipe.errno()) + " (" + Errno.name(pipe.errno()) + ")");
      return null;
    }
    if (pipe.isRunt()) {
      runts++;
      pipe.close();
      budget.release(pages);
      fail("the kernel gives this user only pipes of " + pipe.capacityBytes() + " bytes");
      return null;
    }
    // F_SETPIPE_SZ may have been refused while the pipe itself is a normal one.
    budget.release(pages - pagesOf(pipe));
    return pipe;
  }

  private void destroy(Pipe pipe) {
    int pages = pagesOf(pipe);
    pipe.close();
    budget.release(pages);
  }

  private void fail(String reason) {
    skips = SKIPS_AFTER_FAILURE;
    if (!warned) {
      warned = true;
      LOG.warn(
          "no pipe for splice ({}): flows are copied until there are pipes again; raise"
              + " fs.pipe-user-pages-soft or the limit of open files",
          reason);
    }
  }

  private static int pagesOf(Pipe pipe) {
    return pipe.capacityBytes() / PAGE_BYTES;
  }
}
