package io.sluice.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.kenai.jffi.MemoryIO;
import io.sluice.linux.ErrnoException;
import io.sluice.linux.EventFd;
import io.sluice.linux.Fd;
import io.sluice.linux.ForwardingSyscalls;
import io.sluice.linux.Linux;
import io.sluice.linux.LinuxSyscalls;
import io.sluice.linux.NativeMemory;
import io.sluice.linux.SockAddr;
import io.sluice.linux.Syscalls;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(value = OS.LINUX, disabledReason = "inherited descriptors are Linux'")
class InheritedSocketsTest {
  private static final long PID = 4711;
  private static final int BACKLOG = 8;

  private final List<String> warnings = new ArrayList<>();
  private final List<Fd> open = new ArrayList<>();
  private Syscalls sys;

  @BeforeEach
  void load() throws IOException {
    sys = LinuxSyscalls.open();
  }

  @AfterEach
  void close() {
    open.forEach(Fd::close);
  }

  /** A socket as systemd would make it, blocking and inheritable. */
  private int socket(int family, int type) throws IOException {
    Fd fd = new Fd(sys, ErrnoException.check("socket", sys.socket(family, type, 0), ""));
    open.add(fd);
    return fd.raw();
  }

  private SockAddr bind(int fd, SockAddr address) throws IOException {
    NativeMemory memory = NativeMemory.allocate(SockAddr.MAX_LENGTH + Integer.BYTES);
    int length = address.encode(memory.buffer());
    ErrnoException.check("bind", sys.bind(fd, memory.address(), length), "");
    memory.buffer().putInt(SockAddr.MAX_LENGTH, SockAddr.MAX_LENGTH);
    long lengthAt = memory.address() + SockAddr.MAX_LENGTH;
    ErrnoException.check("getsockname", sys.getsockname(fd, memory.address(), lengthAt), "");
    return SockAddr.decode(memory.buffer(), memory.buffer().getInt(SockAddr.MAX_LENGTH));
  }

  private static SockAddr loopback() {
    return SockAddr.inet(InetAddress.getLoopbackAddress(), 0);
  }

  private int listening(int family) throws IOException {
    int fd = socket(family, Linux.SOCK_STREAM);
    if (family == Linux.AF_UNIX) {
      bind(fd, SockAddr.unixAbstract("sluice-inherited-" + System.nanoTime()));
    } else {
      bind(fd, loopback());
    }
    ErrnoException.check("listen", sys.listen(fd, BACKLOG), "");
    return fd;
  }

  private InheritedSockets inherited(String names, int... fds) throws IOException {
    Map<String, String> environment =
        Map.of(
            "LISTEN_FDS",
            String.valueOf(fds.length),
            "LISTEN_PID",
            String.valueOf(PID),
            "LISTEN_FDNAMES",
            names);
    return InheritedSockets.of(environment, PID, i -> fds[i], sys, warnings::add);
  }

  @Test
  void listeningSocketsAreFoundByNameAndMadeFit() throws IOException {
    int web = listening(Linux.AF_INET);
    int admin = listening(Linux.AF_UNIX);
    int alsoWeb = listening(Linux.AF_INET);

    InheritedSockets sockets = inherited("web:admin:web", web, admin, alsoWeb);

    assertThat(sockets.descriptors())
        .containsExactly(
            Map.entry("web", List.of(web, alsoWeb)), Map.entry("admin", List.of(admin)));
    assertThat(open).allMatch(Fd::isNonBlocking).allMatch(Fd::isCloseOnExec);
    assertThat(warnings).isEmpty();
  }

  @Test
  void withoutNamesTheyAreUnknown() throws IOException {
    int web = listening(Linux.AF_INET);

    assertThat(inherited("", web).descriptors())
        .containsExactly(Map.entry("unknown", List.of(web)));
  }

  @Test
  void withoutTheVariablesThereAreNone() throws IOException {
    assertThat(InheritedSockets.of(Map.of(), warnings::add).descriptors()).isEmpty();
    assertThat(InheritedSockets.of(Map.of("LISTEN_FDS", ""), warnings::add).descriptors())
        .isEmpty();
    assertThat(inherited("").descriptors()).isEmpty();
    assertThat(warnings).isEmpty();
  }

  @Test
  void variablesOfAnotherProcessAreIgnoredWithAWarning() throws IOException {
    Map<String, String> environment = Map.of("LISTEN_FDS", "1", "LISTEN_PID", "4712");

    InheritedSockets sockets = InheritedSockets.of(environment, PID, i -> 99, sys, warnings::add);

    assertThat(sockets.descriptors()).isEmpty();
    assertThat(warnings).hasSize(1);
    assertThat(warnings.get(0)).contains("LISTEN_PID=4712 is not this process, 4711");
  }

  @Test
  void numbersThatCannotBeAreRefused() {
    for (String count : List.of("two", "-1", "99999999999")) {
      Map<String, String> environment = Map.of("LISTEN_FDS", count, "LISTEN_PID", "4711");
      assertThatThrownBy(() -> InheritedSockets.of(environment, PID, i -> 99, sys, warnings::add))
          .isInstanceOf(IOException.class)
          .hasMessage("LISTEN_FDS=" + count + " is not a number of descriptors");
    }
    assertThatThrownBy(() -> inherited("a:b:c", 98, 99))
        .hasMessage("LISTEN_FDNAMES=a:b:c has 3 names for 2 sockets");
  }

  private void refused(int fd, String reason) {
    assertThatThrownBy(() -> inherited("web", fd))
        .isInstanceOf(IOException.class)
        .hasMessage("inherited socket \"web\" (descriptor " + fd + ") " + reason);
  }

  @Test
  void whatIsNoListeningStreamSocketIsRefused() throws IOException {
    refused(
        socket(Linux.AF_INET, Linux.SOCK_DGRAM),
        "is a datagram socket: the unit needs ListenStream=");
    refused(
        socket(Linux.AF_UNIX, Linux.SOCK_SEQPACKET),
        "is no stream socket: the unit needs ListenStream=");
    refused(socket(Linux.AF_INET, Linux.SOCK_STREAM), "does not listen");
    try (EventFd event = EventFd.create(sys)) {
      refused(event.raw(), "is not a socket");
    }
    refused(Integer.MAX_VALUE, "is not open");
  }

  @Test
  void connectionIsToldFromAListeningSocket() throws IOException {
    int listener = socket(Linux.AF_INET, Linux.SOCK_STREAM);
    SockAddr address = bind(listener, loopback());
    ErrnoException.check("listen", sys.listen(listener, BACKLOG), "");
    int connection = socket(Linux.AF_INET, Linux.SOCK_STREAM);
    NativeMemory memory = NativeMemory.allocate(SockAddr.MAX_LENGTH);
    int length = address.encode(memory.buffer());
    ErrnoException.check("connect", sys.connect(connection, memory.address(), length), "");

    refused(connection, "is a connection, not a listening socket: the unit needs Accept=no");
  }

  @Test
  void otherFamiliesAreRefused() throws IOException {
    int fd = listening(Linux.AF_INET);
    int vsock = 40;
    sys =
        new ForwardingSyscalls(sys) {
          @Override
          public int getsockopt(int fd, int level, int option, long value, long lengthAddress) {
            int result = super.getsockopt(fd, level, option, value, lengthAddress);
            if (option == Linux.SO_DOMAIN) {
              MemoryIO.getInstance().putInt(value, vsock);
            }
            return result;
          }
        };

    refused(fd, "has address family 40: only IPv4, IPv6 and UNIX do");
  }
}
