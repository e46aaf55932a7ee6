package io.sluice.transport.epoll;

import io.sluice.linux.Errno;
import io.sluice.linux.NativeMemory;
import io.sluice.linux.Pipe;
import io.sluice.transport.Backlog;
import io.sluice.transport.OutputFile;
import io.sluice.transport.StreamSocket;
import java.io.IOException;

/**
 * A backlog in a pipe: spliced flows are teed into it, copied ones written, in one order whatever
 * the flow does. Where that is allowed, the first few copied bytes are kept in memory, because they
 * leave it with one system call and without one to add them; they go into the pipe before more.
 *
 * <p>Invariant: {@code pipe} is null exactly when nothing has been added to it since it was given
 * back; {@code memory} is null exactly when {@code length} is 0, and then only may there be a pipe.
 * The writer's thread sees the pipe through the hand-over of the bytes that it is told of.
 */
final class EpollBacklog implements Backlog {
  /** Small messages of a few milliseconds; the smallest size of the pool. */
  private static final int GATHER_BYTES_MAX = 4 << 10;

  private final EpollPoller poller;
  private final long maxBytes;
  private Pipe pipe;
  private boolean gathering;
  private NativeMemory memory;
  private int offset;
  private int length;
  private long teedBytes;
  private long copiedBytes;

  EpollBacklog(EpollPoller poller, int maxBytes) {
    this.poller = poller;
    this.maxBytes = maxBytes;
  }

  /** Duplicates what {@code source} holds; see {@link io.sluice.transport.Pump#duplicate}. */
  long tee(Pipe source) {
    long room = makeRoom();
    if (room <= 0) {
      return room;
    }
    long teed = source.teeTo(pipe, room);
    if (teed > 0) {
      teedBytes += teed;
    }
    return teed;
  }

  /** Adds a copy of {@code count} bytes of {@code source}, or of as many as there is room. */
  long copy(NativeMemory source, int from, int count) {
    if (keep(source, from, count)) {
      copiedBytes += count;
      return count;
    }
    long room = makeRoom();
    if (room <= 0) {
      return room;
    }
    long written = pipe.fillFromMemory(source.address() + from, Math.min(count, room));
    if (written > 0) {
      copiedBytes += written;
    }
    return written;
  }

  /** Adds the bytes to those in memory; false if they have to go into the pipe. */
  private boolean keep(NativeMemory source, int from, int count) {
    if (!gathering
        || pipe != null
        || offset + length + count > Math.min(GATHER_BYTES_MAX, maxBytes)) {
      return false;
    }
    if (memory == null) {
      if (!poller.buffers().isPlenty()) {
        return false;
      }
      memory = poller.buffers().take(GATHER_BYTES_MAX);
    }
    memory.buffer().put(offset + length, source.buffer(), from, count);
    length += count;
    return true;
  }

  private void dropMemory() {
    poller.buffers().give(memory);
    memory = null;
    offset = 0;
    length = 0;
  }

  /** Bytes that may be added, with a pipe to take them; or {@code -EAGAIN}, {@code -ENOBUFS}. */
  private long makeRoom() {
    if (pipe == null) {
      pipe = poller.pipes().takeForMirror(maxBytes);
      if (pipe == null) {
        return -Errno.ENOBUFS;
      }
    }
    if (memory != null) {
      // An empty pipe takes all of it: it is not longer than a page.
      long written = pipe.fillFromMemory(memory.address() + offset, length);
      if (written < length) {
        return written < 0 ? written : -Errno.EIO;
      }
      dropMemory();
    }
    long room = maxBytes - pipe.bytes();
    return room > 0 ? room : -Errno.EAGAIN;
  }

  @Override
  public long add(byte[] bytes) {
    NativeMemory memory = NativeMemory.allocate(bytes.length);
    memory.buffer().put(0, bytes);
    long room = makeRoom();
    return room < bytes.length
        ? Math.min(room, -Errno.EAGAIN)
        : pipe.fillFromMemory(memory.address(), bytes.length);
  }

  @Override
  public long receiveFrom(StreamSocket socket) {
    long room = makeRoom();
    if (room <= 0) {
      return room;
    }
    NativeMemory scratch = poller.sharedMemory();
    int max = (int) Math.min(room, scratch.bytes());
    EpollSocket source = (EpollSocket) socket;
    long there = source.peek(scratch.address(), max);
    if (there <= 0) {
      trim();
      return there;
    }
    // A pipe may be full with fewer bytes than its size says; what it does not take stays there.
    long written = pipe.fillFromMemory(scratch.address(), there);
    if (written <= 0) {
      return written;
    }
    copiedBytes += written;
    long dropped = source.discard((int) written);
    assert dropped == written || dropped < 0 : "what was looked at is still there";
    return written;
  }

  @Override
  public long bytes() {
    return length + (pipe == null ? 0 : pipe.bytes());
  }

  @Override
  public long teedBytes() {
    return teedBytes;
  }

  @Override
  public long copiedBytes() {
    return copiedBytes;
  }

  @Override
  public void gather() {
    gathering = true;
  }

  @Override
  public boolean mayWait() {
    return pipe == null;
  }

  @Override
  public long sendTo(StreamSocket socket) {
    EpollSocket target = (EpollSocket) socket;
    if (memory != null) {
      return sendMemory(target);
    }
    long sent = pipe.drainTo(target.fd(), Long.MAX_VALUE);
    if (sent == -Errno.EAGAIN) {
      target.onFull();
    } else if (sent < 0) {
      target.onBroken();
    }
    return sent;
  }

  private long sendMemory(EpollSocket target) {
    long sent = target.send(memory.address() + offset, length);
    if (sent == length) {
      dropMemory();
    } else if (sent > 0) {
      offset += (int) sent;
      length -= (int) sent;
    }
    return sent;
  }

  @Override
  public void writeTo(OutputFile file, long bytes) throws IOException {
    ((EpollOutputFile) file).splice(pipe, bytes);
  }

  @Override
  public void trim() {
    if (pipe != null && pipe.bytes() == 0) {
      release();
    }
  }

  @Override
  public long release() {
    long dropped = bytes();
    if (memory != null) {
      dropMemory();
    }
    if (pipe != null) {
      Pipe given = pipe;
      pipe = null;
      poller.pipes().give(given);
    }
    return dropped;
  }
}
