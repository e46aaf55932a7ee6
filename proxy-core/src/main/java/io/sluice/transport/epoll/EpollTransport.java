package io.sluice.transport.epoll;

import io.sluice.config.ListenOptions;
import io.sluice.config.PumpConfig;
import io.sluice.config.SourceAddress;
import io.sluice.config.TcpOptions;
import io.sluice.linux.Errno;
import io.sluice.linux.ErrnoException;
import io.sluice.linux.Linux;
import io.sluice.linux.SockAddr;
import io.sluice.linux.Syscalls;
import io.sluice.transport.BelowPath;
import io.sluice.transport.ListenSocket;
import io.sluice.transport.OutputFile;
import io.sluice.transport.Poller;
import io.sluice.transport.SourceSocket;
import io.sluice.transport.Transport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Linux through system calls of our own. What all its pollers share is here. Thread-safe. */
public final class EpollTransport implements Transport {
  private static final Logger LOG = LoggerFactory.getLogger(EpollTransport.class);

  /**
   * Sockets that may refuse splice(2) before it is given up for all: one may be a kind that cannot,
   * many are a kernel or a filter that does not let us.
   */
  private static final int REFUSALS_MAX = 8;

  private final Syscalls sys;
  private final PipeBudget pipeBudget;
  private final AtomicInteger refusals = new AtomicInteger();
  private final AtomicBoolean fileRefused = new AtomicBoolean();
  private volatile boolean maySplice;

  /**
   * The transport over {@code sys}.
   *
   * @param spliceWorks what the self test found; without it every flow is copied
   */
  public EpollTransport(Syscalls sys, boolean spliceWorks, PumpConfig pump) {
    this.sys = sys;
    maySplice = spliceWorks;
    pipeBudget = PipeBudget.of(pump.pipeBudgetPages());
  }

  @Override
  public String name() {
    return "epoll";
  }

  @Override
  public ListenSocket listen(SockAddr address, ListenOptions options, TcpOptions tcp)
      throws IOException {
    return EpollListenSocket.open(sys, address, options, tcp);
  }

  @Override
  public void checkSource(SockAddr server, SourceAddress source) throws IOException {
    int fd =
        ErrnoException.check(
            "socket",
            sys.socket(server.family(), Linux.SOCK_STREAM | Linux.SOCK_CLOEXEC, 0),
            server.toString());
    int result = new SourceBinding(sys).bind(fd, server, source);
    sys.close(fd);
    if (result < 0) {
      throw SourceSocket.failure(source, server, -result);
    }
  }

  @Override
  public ListenSocket adopt(int fd, TcpOptions tcp) throws IOException {
    return EpollListenSocket.adopt(sys, fd, tcp);
  }

  @Override
  public ListenSocket readopt(int fd, ListenOptions options, TcpOptions tcp) throws IOException {
    return EpollListenSocket.readopt(sys, fd, options, tcp);
  }

  @Override
  public Poller openPoller(PumpConfig pump) throws IOException {
    return new EpollPoller(this, pump);
  }

  @Override
  public OutputFile createFile(Path base, String below) throws IOException {
    return EpollOutputFile.create(sys, BelowPath.of(base, below), this::onSpliceRefusedBy);
  }

  @Override
  public void rotateFile(Path base, String below, int keep) throws IOException {
    EpollOutputFile.rotate(sys, BelowPath.of(base, below), keep);
  }

  /** A file refused its splice(2); it is written by copy. Any thread. */
  private void onSpliceRefusedBy(BelowPath file, int errno) {
    if (fileRefused.compareAndSet(false, true)) {
      LOG.warn(
          "splice into {} was refused ({}): files on its file system are written by copying, which"
              + " costs more CPU",
          file,
          Errno.name(errno));
    }
  }

  Syscalls syscalls() {
    return sys;
  }

  PipeBudget pipeBudget() {
    return pipeBudget;
  }

  /** Whether flows may still be turned to splice. */
  boolean maySplice() {
    return maySplice;
  }

  /** A socket refused its splice(2); its flow goes on by copy. */
  void onSpliceRefused(int errno) {
    int count = refusals.incrementAndGet();
    if (count == 1) {
      LOG.warn(
          "splice was refused ({}): this flow is copied, which costs more CPU", Errno.name(errno));
    }
    if (count == REFUSALS_MAX) {
      maySplice = false;
      LOG.warn("splice was refused {} times: all flows are copied from now on", count);
    }
  }
}
