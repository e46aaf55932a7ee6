package io.sluice.linux;

import java.io.IOException;
import java.util.Set;

/**
 * Finds out at start-up whether the native way works on this machine, by using it.
 *
 * <p>Two answers, because a seccomp filter may forbid splice(2) alone: sockets and epoll, without
 * which the proxy has to fall back to the JDK's channels; and splice, without which it copies.
 */
public final class SelfTest {

  /** The architectures, in the words of os.arch, whose constants {@link Linux} holds. */
  private static final Set<String> ARCHITECTURES =
      Set.of("amd64", "aarch64", "riscv64", "loongarch64");

  private static final int PROBE_PIPE_BYTES = 4096;
  private static final long PROBE_DATA = 0xFEDC_BA98_7654_3210L;

  /**
   * What was found.
   *
   * @param ok whether libc, epoll and eventfd work
   * @param spliceWorks whether splice and tee work too
   * @param reason one line for the operator, in either case
   * @param syscalls what to use; {@code null} unless {@code ok}
   */
  public record Result(boolean ok, boolean spliceWorks, String reason, Syscalls syscalls) {

    static Result failed(String reason) {
      return new Result(false, false, reason, null);
    }
  }

  private SelfTest() {}

  /** Loads libc and tries; never throws. About 150 ms the first time: call it before listening. */
  public static Result run() {
    String os = System.getProperty("os.name");
    if (!os.equals("Linux")) {
      return Result.failed("not Linux (" + os + ")");
    }
    String arch = System.getProperty("os.arch");
    if (!ARCHITECTURES.contains(arch)) {
      return Result.failed("unknown architecture (" + arch + ")");
    }
    try {
      return run(LinuxSyscalls.open());
    } catch (IOException e) {
      return Result.failed(oneLine(e.getMessage()));
    }
  }

  /** The same over given system calls. */
  static Result run(Syscalls syscalls) {
    String failure = attempt(syscalls, SelfTest::epollRoundTrip);
    if (!failure.isEmpty()) {
      return Result.failed("epoll does not work: " + failure);
    }
    failure = attempt(syscalls, SelfTest::spliceRoundTrip);
    return failure.isEmpty()
        ? new Result(true, true, "splice, tee and epoll work (" + machine() + ")", syscalls)
        : new Result(true, false, "epoll works, splice does not: " + failure, syscalls);
  }

  /** One part of the test; returns why it failed, or an empty string. */
  private interface Probe {
    String run(Syscalls syscalls) throws IOException;
  }

  private static String attempt(Syscalls syscalls, Probe probe) {
    try {
      return probe.run(syscalls);
    } catch (IOException | LinkageError | RuntimeException e) {
      return oneLine(e instanceof ErrnoException ? e.getMessage() : e.toString());
    }
  }

  private static String epollRoundTrip(Syscalls syscalls) throws IOException {
    try (Epoll epoll = Epoll.create(syscalls, 4);
        EventFd first = EventFd.create(syscalls);
        EventFd second = EventFd.create(syscalls)) {
      ErrnoException.check("write", first.signal(), "to an eventfd");
      ErrnoException.check("write", second.signal(), "to an eventfd");
      int added = epoll.add(first.raw(), Linux.EPOLLIN | Linux.EPOLLET, PROBE_DATA);
      if (added == 0) {
        added = epoll.add(second.raw(), Linux.EPOLLIN | Linux.EPOLLET, ~PROBE_DATA);
      }
      ErrnoException.check("epoll_ctl", added, "");
      int count = ErrnoException.check("epoll_wait", epoll.await(0), "");
      // Two events, so that a wrong stride shows as well as a wrong offset.
      boolean intact =
          count == 2
              && epoll.events(0) == Linux.EPOLLIN
              && epoll.events(1) == Linux.EPOLLIN
              && (epoll.data(0) == PROBE_DATA || epoll.data(0) == ~PROBE_DATA)
              && epoll.data(1) == ~epoll.data(0);
      return intact ? "" : "unexpected layout of its events (" + machine() + ")";
    }
  }

  private static String spliceRoundTrip(Syscalls syscalls) throws IOException {
    try (Pipe source = Pipe.create(syscalls, PROBE_PIPE_BYTES);
        Pipe middle = Pipe.create(syscalls, PROBE_PIPE_BYTES);
        Pipe copy = Pipe.create(syscalls, PROBE_PIPE_BYTES);
        Pipe end = Pipe.create(syscalls, PROBE_PIPE_BYTES)) {
      for (Pipe pipe : new Pipe[] {source, middle, copy, end}) {
        ErrnoException.check("pipe2", -pipe.errno(), "");
        if (pipe.capacityBytes() <= 0) {
          return "fcntl F_GETPIPE_SZ failed";
        }
      }
      return spliceThrough(syscalls, source, middle, copy, end);
    }
  }

  private static String spliceThrough(
      Syscalls syscalls, Pipe source, Pipe middle, Pipe copy, Pipe end) throws IOException {
    // Without NONBLOCK arriving as the sixth argument, older kernels would wait here, and with
    // garbage there every kernel answers EINVAL.
    long empty = middle.fillFrom(source.readFd(), 1);
    if (!Errno.wouldBlock(empty)) {
      return outcome("splice of an empty pipe", empty);
    }
    NativeMemory memory = NativeMemory.allocate(2);
    memory.buffer().put(0, (byte) 0x5A);
    long written = syscalls.write(source.writeFd(), memory.address(), 1);
    if (written != 1) {
      return outcome("write", written);
    }
    long spliced = middle.fillFrom(source.readFd(), 1);
    if (spliced != 1) {
      return outcome("splice", spliced);
    }
    long duplicated = middle.teeTo(copy, 1);
    if (duplicated != 1) {
      return outcome("tee", duplicated);
    }
    long drained = middle.drainTo(end.writeFd(), 1);
    if (drained != 1) {
      return outcome("splice", drained);
    }
    long original = syscalls.read(end.readFd(), memory.address(), 1);
    long duplicate = syscalls.read(copy.readFd(), memory.address() + 1, 1);
    boolean same = memory.buffer().get(0) == 0x5A && memory.buffer().get(1) == 0x5A;
    return original == 1 && duplicate == 1 && same ? "" : "the bytes did not come back";
  }

  private static String outcome(String call, long result) {
    return result < 0
        ? new ErrnoException(call, (int) -result).getMessage()
        : call + " returned " + result;
  }

  private static String machine() {
    String arch = System.getProperty("os.arch");
    String kernel = System.getProperty("os.version");
    return (arch.equals("amd64") ? "x86-64" : arch) + ", Linux " + kernel;
  }

  /** jffi puts a whole stack trace into its message; the log line has no use for it. */
  private static String oneLine(String text) {
    return String.valueOf(text)
        .replaceAll("\\R\\s*at [^\\r\\n]*", "")
        .strip()
        .replaceAll("\\s*\\R\\s*", "; ");
  }
}
