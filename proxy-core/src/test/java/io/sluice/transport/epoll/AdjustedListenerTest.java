package io.sluice.transport.epoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.ListenOptions;
import io.sluice.config.PumpConfig;
import io.sluice.config.TcpOptions;
import io.sluice.config.UnixFile;
import io.sluice.linux.Linux;
import io.sluice.linux.LinuxSyscalls;
import io.sluice.linux.OpenDescriptors;
import io.sluice.linux.SockAddr;
import io.sluice.linux.Syscalls;
import io.sluice.transport.ListenSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Options of a socket that listens already. */
@ExtendWith(OpenDescriptors.class)
class AdjustedListenerTest {
  private static final PumpConfig PUMP =
      new PumpConfig(PumpConfig.Mode.COPY, 2, 1 << 15, 3, 1 << 12, 1 << 16, 1 << 16, 16, 1 << 16);
  private static final TcpOptions PLAIN = tcp(true, false, "");
  private static final SockAddr LOOPBACK = SockAddr.inet(InetAddress.getLoopbackAddress(), 0);

  @TempDir Path folder;
  private final Syscalls sys;
  private final EpollTransport transport;

  AdjustedListenerTest() throws IOException {
    sys = LinuxSyscalls.open();
    transport = new EpollTransport(sys, true, PUMP);
  }

  private static TcpOptions tcp(boolean nodelay, boolean keepAlive, String congestion) {
    Duration system = Duration.ZERO;
    return new TcpOptions(nodelay, keepAlive, system, system, 0, system, 0, 0, congestion);
  }

  private static ListenOptions listen(Duration deferAccept, int unixMode) {
    return new ListenOptions(8, deferAccept, 0, false, new UnixFile(unixMode, "", ""));
  }

  private int option(ListenSocket socket, int level, int option) {
    return new SocketOptions(sys).getInt(socket.descriptor(), level, option);
  }

  @Test
  void optionsAreTurnedOnAndOff() throws IOException {
    ListenOptions plain = listen(Duration.ZERO, -1);
    try (ListenSocket socket = transport.listen(LOOPBACK, plain, PLAIN)) {
      socket.adjust(listen(Duration.ofSeconds(3), -1), tcp(false, true, ""));
      assertThat(option(socket, Linux.SOL_TCP, Linux.TCP_NODELAY)).isZero();
      assertThat(option(socket, Linux.SOL_SOCKET, Linux.SO_KEEPALIVE)).isOne();
      assertThat(option(socket, Linux.SOL_TCP, Linux.TCP_DEFER_ACCEPT)).isPositive();

      socket.adjust(plain, PLAIN);
      assertThat(option(socket, Linux.SOL_TCP, Linux.TCP_NODELAY)).isOne();
      assertThat(option(socket, Linux.SOL_SOCKET, Linux.SO_KEEPALIVE)).isZero();
      assertThat(option(socket, Linux.SOL_TCP, Linux.TCP_DEFER_ACCEPT)).isZero();
    }
  }

  @Test
  void whatTheKernelRefusesIsNamed() throws IOException {
    ListenOptions plain = listen(Duration.ZERO, -1);
    try (ListenSocket socket = transport.listen(LOOPBACK, plain, PLAIN)) {
      assertThatThrownBy(() -> socket.adjust(plain, tcp(true, false, "nothing")))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("TCP_CONGESTION = nothing");
    }
  }

  @Test
  void adoptedSocketKeepsHowItListens() throws IOException {
    ListenOptions deferring = listen(Duration.ofSeconds(3), -1);
    ListenSocket opened = transport.listen(LOOPBACK, deferring, PLAIN);
    try (ListenSocket socket = transport.adopt(opened.descriptor(), PLAIN)) {
      socket.adjust(listen(Duration.ZERO, -1), tcp(false, false, ""));
      assertThat(option(socket, Linux.SOL_TCP, Linux.TCP_NODELAY)).isZero();
      assertThat(option(socket, Linux.SOL_TCP, Linux.TCP_DEFER_ACCEPT)).isPositive();
    }
  }

  @Test
  void unixSocketGetsItsMode() throws IOException {
    Path path = folder.resolve("s");
    SockAddr address = SockAddr.unixPath(path.toString());
    try (ListenSocket socket = transport.listen(address, listen(Duration.ZERO, 0600), PLAIN)) {
      socket.adjust(listen(Duration.ZERO, 0666), PLAIN);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
          .isEqualTo("rw-rw-rw-");
    }
    assertThat(path).doesNotExist();
  }
}
