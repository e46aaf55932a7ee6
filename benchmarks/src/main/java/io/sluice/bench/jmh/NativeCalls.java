package io.sluice.bench.jmh;

import io.sluice.linux.Epoll;
import io.sluice.linux.Errno;
import io.sluice.linux.ErrnoException;
import io.sluice.linux.Linux;
import io.sluice.linux.LinuxSyscalls;
import io.sluice.linux.NativeMemory;
import io.sluice.linux.Pipe;
import io.sluice.linux.Syscalls;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * System calls that find nothing to do: what remains is the way into the kernel and back. Those
 * that fail with EAGAIN read errno as well.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class NativeCalls {

  private static final int PIPE_BYTES = 1 << 20;

  private Syscalls syscalls;
  private Epoll epoll;
  private Pipe pipe;
  private LoopbackPair pair;
  private NativeMemory buffer;

  /** Nothing is ready and nothing ever comes. */
  @Setup
  public void open() throws IOException {
    syscalls = LinuxSyscalls.open();
    epoll = Epoll.create(syscalls, 64);
    pair = LoopbackPair.open(syscalls);
    pipe = Pipe.create(syscalls, PIPE_BYTES);
    buffer = NativeMemory.allocate(64);
    ErrnoException.check("epoll_ctl", epoll.add(pair.near(), Linux.EPOLLIN, 1), "");
    if (recv() != -Errno.EAGAIN || splice() != -Errno.EAGAIN) {
      throw new IOException("the calls do not find an empty socket");
    }
  }

  @TearDown
  public void close() {
    pipe.close();
    pair.close();
    epoll.close();
  }

  @Benchmark
  public int epollWait() {
    return epoll.await(0);
  }

  @Benchmark
  public final long recv() {
    return syscalls.recv(pair.near(), buffer.address(), buffer.bytes(), Linux.MSG_DONTWAIT);
  }

  @Benchmark
  public final long splice() {
    return pipe.fillFrom(pair.near(), PIPE_BYTES);
  }
}
