package io.sluice.transport.epoll;

import io.sluice.config.PumpConfig;
import io.sluice.config.PumpConfig.Mode;
import io.sluice.linux.Errno;
import io.sluice.linux.Linux;
import io.sluice.linux.NativeMemory;
import io.sluice.linux.Pipe;
import io.sluice.linux.Syscalls;
import io.sluice.transport.Backlog;
import io.sluice.transport.FlowCounters;
import io.sluice.transport.Pump;

/**
 * Moves one flow by splice(2) or by recv(2) and send(2), whichever is cheaper for what it carries.
 *
 * <pre>
 *          spliceAfterReads reads of ≥ spliceAtLeastBytes
 *   COPY ───────────────────────────────────────────────▶ SPLICE
 *        ◀───────────────────────────────────────────────
 *          copyAfterFills fills of &lt; copyBelowBytes
 * </pre>
 *
 * <p>Invariant: the bytes in flight are in {@code pipe} or in {@code memory}, never in both; both
 * are null exactly when nothing is in flight. Fill is entered with nothing in flight, so that
 * EAGAIN from splice(2) cannot mean "pipe full" and the way may be changed there.
 *
 * <p>splice(2) is not believed when it says "empty" or "EOF" at a place where an urgent mark may
 * be: recv(2) is asked, and its bytes go by copy (tcp(7), SO_OOBINLINE is set).
 */
final class AdaptivePump implements Pump {
  private static final long NO_PIPE = Long.MIN_VALUE;

  private final EpollPoller poller;
  private final Syscalls sys;
  private final PumpConfig config;
  private final EpollSocket source;
  private final EpollSocket target;
  private final FlowCounters counters;

  private boolean splicing;

  /** True once the source has refused splice(2): this flow never tries it again. */
  private boolean refused;

  /** Reads or fills in a row that speak for the other way. */
  private int streak;

  private Pipe pipe;
  private NativeMemory memory;
  private int offset;
  private int length;

  AdaptivePump(EpollPoller poller, EpollSocket source, EpollSocket target, FlowCounters counters) {
    this.poller = poller;
    sys = poller.syscalls();
    config = poller.pumpConfig();
    this.source = source;
    this.target = target;
    this.counters = counters;
    splicing = config.mode() == Mode.SPLICE && poller.maySplice();
  }

  @Override
  public long fill() {
    assert buffered() == 0 : "filled twice";
    if (splicing) {
      long filled = fillPipe();
      if (filled != NO_PIPE) {
        return filled;
      }
    }
    return fillMemory();
  }

  @Override
  public long duplicate(Backlog backlog) {
    assert buffered() > 0 : "nothing to duplicate";
    EpollBacklog into = (EpollBacklog) backlog;
    counters.calls++;
    return pipe != null ? into.tee(pipe) : into.copy(memory, offset, length);
  }

  @Override
  public long drain(long max) {
    assert buffered() > 0 && max > 0 : "nothing to drain";
    return pipe != null ? drainPipe(max) : drainMemory(max);
  }

  @Override
  public void hold() {
    if (memory == null || memory != poller.sharedMemory()) {
      return;
    }
    NativeMemory own = poller.buffers().take(length);
    own.buffer().put(0, memory.buffer(), offset, length);
    memory = own;
    offset = 0;
    poller.leaveShared(this);
  }

  @Override
  public long buffered() {
    return pipe != null ? pipe.bytes() : length;
  }

  @Override
  public boolean isSplicing() {
    return splicing;
  }

  @Override
  public long release() {
    long discarded = buffered();
    if (pipe != null) {
      givePipe();
    }
    if (memory != null) {
      giveMemory();
    }
    return discarded;
  }

  /** Takes bytes into an empty pipe, or says why they have to be copied. */
  private long fillPipe() {
    Pipe empty = poller.pipes().take();
    if (empty == null) {
      return NO_PIPE;
    }
    counters.calls++;
    long filled = empty.fillFrom(source.fd(), empty.capacityBytes());
    if (filled > 0) {
      pipe = empty;
      source.onRead(false);
      adapt(filled);
      return filled;
    }
    poller.pipes().give(empty);
    if (filled == -Errno.EAGAIN && !source.isEmptyDoubtful()) {
      source.onEmpty();
      return filled;
    }
    if (filled == 0 || filled == -Errno.EAGAIN) {
      return NO_PIPE;
    }
    if (isRefusal(filled)) {
      // Nothing was taken, so copying may begin here.
      refused = true;
      become(false);
      poller.onSpliceRefused((int) -filled);
      return NO_PIPE;
    }
    source.onBroken();
    return filled;
  }

  /** Takes bytes into the buffer that all pumps of the loop share. */
  private long fillMemory() {
    NativeMemory shared = poller.enterShared(this);
    int max = poller.buffers().readMax(shared.bytes());
    long filled;
    do {
      counters.calls++;
      filled = sys.recv(source.fd(), shared.address(), max, 0);
    } while (filled == -Errno.EINTR);
    if (filled > 0) {
      memory = shared;
      offset = 0;
      length = (int) filled;
      source.onRead(filled < max);
      adapt(filled);
      return filled;
    }
    poller.leaveShared(this);
    if (filled == -Errno.EAGAIN) {
      source.onEmpty();
    } else if (filled < 0) {
      source.onBroken();
    }
    return filled;
  }

  private long drainPipe(long max) {
    counters.calls++;
    long drained = pipe.drainTo(target.fd(), max);
    if (drained > 0) {
      counters.splicedBytes += drained;
      if (pipe.bytes() == 0) {
        givePipe();
      }
      return drained;
    }
    return onDrainFailed(drained);
  }

  private long drainMemory(long max) {
    long wanted = Math.min(max, length);
    long drained;
    do {
      counters.calls++;
      drained = sys.send(target.fd(), memory.address() + offset, wanted, Linux.MSG_NOSIGNAL);
    } while (drained == -Errno.EINTR);
    if (drained > 0) {
      counters.copiedBytes += drained;
      offset += (int) drained;
      length -= (int) drained;
      if (length == 0) {
        giveMemory();
      }
      return drained;
    }
    return onDrainFailed(drained);
  }

  private long onDrainFailed(long result) {
    if (result == -Errno.EAGAIN) {
      counters.stalls++;
      target.onFull();
    } else {
      target.onBroken();
    }
    hold();
    return result;
  }

  private void givePipe() {
    Pipe given = pipe;
    pipe = null;
    poller.pipes().give(given);
  }

  private void giveMemory() {
    NativeMemory given = memory;
    memory = null;
    length = 0;
    if (given == poller.sharedMemory()) {
      poller.leaveShared(this);
    } else {
      poller.buffers().give(given);
    }
  }

  private void adapt(long filled) {
    if (config.mode() != Mode.AUTO) {
      return;
    }
    boolean speaksForOther =
        splicing ? filled < config.copyBelowBytes() : filled >= config.spliceAtLeastBytes();
    if (!speaksForOther) {
      streak = 0;
    } else if (++streak >= (splicing ? config.copyAfterFills() : config.spliceAfterReads())) {
      become(!splicing && !refused && poller.maySplice());
    }
  }

  private void become(boolean nowSplicing) {
    streak = 0;
    if (splicing != nowSplicing) {
      splicing = nowSplicing;
      counters.switches++;
    }
  }

  /** Whether splice(2) will not work on this socket, as opposed to the connection having failed. */
  private static boolean isRefusal(long result) {
    return switch ((int) -result) {
      case Errno.EINVAL, Errno.ENOSYS, Errno.EPERM, Errno.EACCES, Errno.EBADF, Errno.EOPNOTSUPP ->
          true;
      default -> false;
    };
  }
}
