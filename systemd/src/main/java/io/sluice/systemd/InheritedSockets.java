package io.sluice.systemd;

import io.sluice.linux.Errno;
import io.sluice.linux.Fd;
import io.sluice.linux.Linux;
import io.sluice.linux.LinuxSyscalls;
import io.sluice.linux.NativeMemory;
import io.sluice.linux.SockAddr;
import io.sluice.linux.Syscalls;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;

/**
 * The listening sockets that the service manager handed over, by name: sd_listen_fds_with_names(3),
 * {@code FileDescriptorName=} of systemd.socket(5).
 *
 * <p>Invariant: every descriptor in here is a listening stream socket of a family that the proxy
 * serves, does not block, and is not inherited any further. Several may have one name. Immutable;
 * whoever takes the descriptors closes them.
 */
public final class InheritedSockets {

  /** SD_LISTEN_FDS_START. */
  private static final int FIRST = 3;

  /** Where a manager names none: sd_listen_fds_with_names(3). */
  private static final String UNKNOWN = "unknown";

  private static final InheritedSockets NONE = new InheritedSockets(Map.of());

  private final Map<String, List<Integer>> byName;

  private InheritedSockets(Map<String, List<Integer>> byName) {
    this.byName = byName;
  }

  /**
   * What {@code LISTEN_FDS}, {@code LISTEN_PID} and {@code LISTEN_FDNAMES} say about this process.
   * To be called once, before the process opens or closes anything by number.
   *
   * @param warnings takes a line when the variables are about another process; they are ignored
   *     then
   * @throws IOException when a descriptor is not what it should be, with what to change in the unit
   */
  public static InheritedSockets of(Map<String, String> environment, Consumer<String> warnings)
      throws IOException {
    if (environment.getOrDefault("LISTEN_FDS", "").isEmpty()) {
      return NONE; // Before libc is loaded.
    }
    long pid = ProcessHandle.current().pid();
    return of(environment, pid, index -> FIRST + index, LinuxSyscalls.open(), warnings);
  }

  /**
   * The same as process {@code pid}.
   *
   * @param descriptors from the place in the list to the descriptor
   */
  static InheritedSockets of(
      Map<String, String> environment,
      long pid,
      IntUnaryOperator descriptors,
      Syscalls sys,
      Consumer<String> warnings)
      throws IOException {
    String target = environment.getOrDefault("LISTEN_PID", "");
    String count = environment.get("LISTEN_FDS");
    if (!target.equals(String.valueOf(pid))) {
      warnings.accept(
          "LISTEN_FDS="
              + count
              + " is ignored: LISTEN_PID="
              + target
              + " is not this process, "
              + pid
              + "; whoever starts it must become it (exec), not stay in front of it");
      return NONE;
    }
    List<String> names = names(environment.getOrDefault("LISTEN_FDNAMES", ""), number(count));
    Map<String, List<Integer>> byName = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      int fd = descriptors.applyAsInt(i);
      check(sys, fd, names.get(i));
      byName.computeIfAbsent(names.get(i), name -> new ArrayList<>()).add(fd);
    }
    return new InheritedSockets(Collections.unmodifiableMap(byName));
  }

  /** Descriptors by name, in the order in which they were handed over; any number, even none. */
  public Map<String, List<Integer>> descriptors() {
    return byName;
  }

  private static int number(String count) throws IOException {
    try {
      int number = Integer.parseInt(count);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // As a negative one.
    }
    throw new IOException("LISTEN_FDS=" + count + " is not a number of descriptors");
  }

  private static List<String> names(String text, int count) throws IOException {
    if (text.isEmpty()) {
      return Collections.nCopies(count, UNKNOWN);
    }
    List<String> names = List.of(text.split(":", -1));
    if (names.size() != count) {
      throw new IOException(
          "LISTEN_FDNAMES=" + text + " has " + names.size() + " names for " + count + " sockets");
    }
    return names;
  }

  /** Finds out what a descriptor is, and makes it fit for the proxy. */
  private static void check(Syscalls sys, int fd, String name) throws IOException {
    int type = option(sys, fd, Linux.SO_TYPE);
    if (type == -Errno.EBADF) {
      throw refused(fd, name, "is not open");
    }
    if (type == -Errno.ENOTSOCK) {
      throw refused(fd, name, "is not a socket");
    }
    if (type == Linux.SOCK_DGRAM) {
      throw refused(fd, name, "is a datagram socket: the unit needs ListenStream=");
    }
    if (type != Linux.SOCK_STREAM) {
      throw refused(fd, name, "is no stream socket: the unit needs ListenStream=");
    }
    if (option(sys, fd, Linux.SO_ACCEPTCONN) != 1) {
      throw refused(
          fd,
          name,
          isConnected(sys, fd)
              ? "is a connection, not a listening socket: the unit needs Accept=no"
              : "does not listen");
    }
    int family = option(sys, fd, Linux.SO_DOMAIN);
    if (family != Linux.AF_INET && family != Linux.AF_INET6 && family != Linux.AF_UNIX) {
      throw refused(fd, name, "has address family " + family + ": only IPv4, IPv6 and UNIX do");
    }
    int adopted = new Fd(sys, fd).adopt();
    if (adopted < 0) {
      throw refused(fd, name, "cannot be made non-blocking: " + Errno.text(-adopted));
    }
  }

  private static int option(Syscalls sys, int fd, int option) {
    NativeMemory memory = NativeMemory.allocate(2 * Integer.BYTES);
    memory.buffer().putInt(Integer.BYTES, Integer.BYTES);
    int result =
        sys.getsockopt(
            fd, Linux.SOL_SOCKET, option, memory.address(), memory.address() + Integer.BYTES);
    return result < 0 ? result : memory.buffer().getInt(0);
  }

  private static boolean isConnected(Syscalls sys, int fd) {
    NativeMemory memory = NativeMemory.allocate(Integer.BYTES + SockAddr.MAX_LENGTH);
    memory.buffer().putInt(0, SockAddr.MAX_LENGTH);
    return sys.getpeername(fd, memory.address() + Integer.BYTES, memory.address()) == 0;
  }

  private static IOException refused(int fd, String name, String reason) {
    return new IOException("inherited socket \"" + name + "\" (descriptor " + fd + ") " + reason);
  }
}
