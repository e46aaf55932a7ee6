package io.sluice.mirror.capture;

import io.sluice.config.ListenOptions;
import io.sluice.config.PumpConfig;
import io.sluice.config.SourceAddress;
import io.sluice.config.TcpOptions;
import io.sluice.linux.Errno;
import io.sluice.linux.ErrnoException;
import io.sluice.linux.SockAddr;
import io.sluice.transport.ListenSocket;
import io.sluice.transport.OutputFile;
import io.sluice.transport.Poller;
import io.sluice.transport.Transport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A transport whose files share so many bytes of disk, and fail like a full one: the last write is
 * cut, the next one told. {@code write} waits at a gate that a test may close.
 */
final class SmallDisk implements Transport {
  private final Transport real;
  private long room = Long.MAX_VALUE;
  private boolean closed;
  private boolean waiting;
  private boolean truncateFails;

  SmallDisk(Transport real) {
    this.real = real;
  }

  synchronized void leave(long bytes) {
    room = bytes;
  }

  synchronized void failTruncate() {
    truncateFails = true;
  }

  synchronized void stall() {
    closed = true;
  }

  synchronized void goOn() {
    closed = false;
    notifyAll();
  }

  /** Returns once somebody waits at the gate. */
  synchronized void awaitStalled() throws InterruptedException {
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (!waiting) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("nobody writes");
      }
      wait(100);
    }
  }

  private synchronized void pass() {
    while (closed) {
      waiting = true;
      notifyAll();
      try {
        wait();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private synchronized int take(int bytes) {
    int taken = (int) Math.min(bytes, room);
    room -= taken;
    return taken;
  }

  @Override
  public String name() {
    return real.name();
  }

  @Override
  public ListenSocket listen(SockAddr address, ListenOptions options, TcpOptions tcp)
      throws IOException {
    return real.listen(address, options, tcp);
  }

  @Override
  public void checkSource(SockAddr server, SourceAddress source) throws IOException {
    real.checkSource(server, source);
  }

  @Override
  public ListenSocket adopt(int fd, TcpOptions tcp) throws IOException {
    return real.adopt(fd, tcp);
  }

  @Override
  public ListenSocket readopt(int fd, ListenOptions options, TcpOptions tcp) throws IOException {
    return real.readopt(fd, options, tcp);
  }

  @Override
  public Poller openPoller(PumpConfig pump) throws IOException {
    return real.openPoller(pump);
  }

  @Override
  public OutputFile createFile(Path base, String below) throws IOException {
    return new File(real.createFile(base, below), base.resolve(below).toString());
  }

  @Override
  public void rotateFile(Path base, String below, int keep) throws IOException {
    real.rotateFile(base, below, keep);
  }

  private final class File implements OutputFile {
    private final OutputFile file;
    private final String path;

    File(OutputFile file, String path) {
      this.file = file;
      this.path = path;
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
      pass();
      int taken = take(bytes.remaining());
      file.write(bytes.slice(bytes.position(), taken));
      bytes.position(bytes.position() + taken);
      if (bytes.hasRemaining()) {
        throw new ErrnoException("write", Errno.ENOSPC, path);
      }
    }

    @Override
    public long position() {
      return file.position();
    }

    @Override
    public void truncate(long length) throws IOException {
      if (truncateFails) {
        throw new ErrnoException("truncate", Errno.EIO, path);
      }
      file.truncate(length);
    }

    @Override
    public void rename(String name) throws IOException {
      file.rename(name);
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
