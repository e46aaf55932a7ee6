package io.sluice.bench.methods;

import io.sluice.linux.ErrnoException;
import io.sluice.linux.Linux;
import io.sluice.linux.NativeMemory;
import io.sluice.linux.Syscalls;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;

/**
 * A source, a target, and the threads behind them. A file lies in the page cache and is read round
 * and round; a socket is fed one transfer at a time, so that its size is what the mover sees.
 */
final class Bed implements AutoCloseable {

  private static final int PIECE_BYTES = 1 << 20;

  private final Syscalls syscalls;
  private final Origin origin;
  private final long fileBytes;
  private final BlockingPair target;
  private final BlockingPair feed;
  private final Semaphore wanted = new Semaphore(0);
  private final Thread sink;
  private final Thread source;
  private final int in;
  private volatile long transferBytes;
  private long position;

  Bed(Syscalls syscalls, Origin origin, Path file, long fileBytes) throws IOException {
    this.syscalls = syscalls;
    this.origin = origin;
    this.fileBytes = fileBytes;
    target = new BlockingPair(syscalls);
    sink = start("sink", this::discard);
    switch (origin) {
      case FILE -> {
        feed = null;
        source = null;
        in = TeeMover.openFile(syscalls, file.toString(), Linux.O_RDONLY);
      }
      case SOCKET -> {
        feed = new BlockingPair(syscalls);
        source = start("source", this::feed);
        in = feed.near();
      }
      default -> throw new IllegalArgumentException("no bed for " + origin);
    }
  }

  /** One transfer of {@code bytes}; returns the system calls that the mover made. */
  long transfer(Mover mover, long bytes) throws ErrnoException {
    if (origin == Origin.SOCKET) {
      transferBytes = bytes;
      wanted.release();
      return mover.move(in, 0, target.near(), bytes);
    }
    long calls = 0;
    long left = bytes;
    while (left > 0) {
      if (position == fileBytes) {
        ErrnoException.check("lseek", (int) syscalls.lseek(in, 0, Linux.SEEK_SET), "");
        position = 0;
        calls++;
      }
      long piece = Math.min(left, fileBytes - position);
      calls += mover.move(in, position, target.near(), piece);
      position += piece;
      left -= piece;
    }
    return calls;
  }

  /** Makes the file's own offset agree with ours: a mapping does not move it. */
  void rewind() throws ErrnoException {
    if (origin == Origin.FILE) {
      ErrnoException.check("lseek", (int) syscalls.lseek(in, 0, Linux.SEEK_SET), "");
      position = 0;
    }
  }

  @Override
  public void close() throws IOException {
    target.shutdown();
    if (feed != null) {
      feed.shutdown();
      wanted.release();
    }
    try {
      sink.join();
      if (source != null) {
        source.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("while the bed's threads ended");
    }
    target.close();
    if (feed == null) {
      syscalls.close(in);
    } else {
      feed.close();
    }
  }

  private static Thread start(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private void discard() {
    long count;
    do {
      count = syscalls.recv(target.far(), 0, PIECE_BYTES, Linux.MSG_TRUNC);
    } while (count > 0);
  }

  private void feed() {
    NativeMemory buffer = NativeMemory.allocate(PIECE_BYTES);
    while (true) {
      wanted.acquireUninterruptibly();
      for (long left = transferBytes; left > 0; ) {
        long piece = Math.min(left, PIECE_BYTES);
        long count = syscalls.send(feed.far(), buffer.address(), piece, Linux.MSG_NOSIGNAL);
        if (count <= 0) {
          return;
        }
        left -= count;
      }
      if (transferBytes == 0) {
        return;
      }
    }
  }
}
