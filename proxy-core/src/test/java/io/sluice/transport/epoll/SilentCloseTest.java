package io.sluice.transport.epoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.ListenOptions;
import io.sluice.config.PumpConfig;
import io.sluice.config.TcpOptions;
import io.sluice.linux.Errno;
import io.sluice.linux.ForwardingSyscalls;
import io.sluice.linux.Linux;
import io.sluice.linux.LinuxSyscalls;
import io.sluice.linux.SockAddr;
import io.sluice.transport.ListenSocket;
import io.sluice.transport.Poller;
import io.sluice.transport.StreamSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A connection that ends without a word to its peer, as far as this process may do that. */
class SilentCloseTest {
  private static final PumpConfig PUMP =
      new PumpConfig(PumpConfig.Mode.COPY, 2, 1 << 15, 3, 1 << 12, 1 << 16, 1 << 16, 16, 1 << 16);
  private static final ListenOptions LISTEN = new ListenOptions(8, Duration.ZERO, 0, false);
  private static final TcpOptions TCP =
      new TcpOptions(true, false, Duration.ZERO, Duration.ZERO, 0, Duration.ZERO, 0, 0, "");
  private static final int SILENCE_MS = 100;

  /** Notes which options were set with success, and may pretend to lack a capability. */
  private static final class Noted extends ForwardingSyscalls {
    final List<Integer> options = new ArrayList<>();
    final boolean capable;

    Noted(boolean capable) throws IOException {
      super(LinuxSyscalls.open());
      this.capable = capable;
    }

    @Override
    public int setsockopt(int fd, int level, int option, long value, int length) {
      if (level == Linux.SOL_TCP && option == Linux.TCP_REPAIR && !capable) {
        return -Errno.EPERM;
      }
      int result = super.setsockopt(fd, level, option, value, length);
      if (result == 0) {
        options.add(level << 16 | option);
      }
      return result;
    }

    boolean hasSet(int level, int option) {
      return options.contains(level << 16 | option);
    }
  }

  private interface Check {
    void on(Socket client) throws IOException;
  }

  private static void vanish(Noted sys, String host, Check check) throws Exception {
    EpollTransport transport = new EpollTransport(sys, true, PUMP);
    InetAddress loopback = InetAddress.getByName(host);
    try (Poller poller = transport.openPoller(PUMP);
        ListenSocket listener = transport.listen(SockAddr.inet(loopback, 0), LISTEN, TCP);
        Socket client = new Socket()) {
      client.connect((InetSocketAddress) listener.address().toJava());
      client.setSoTimeout(SILENCE_MS);
      StreamSocket accepted = poller.accept(listener);
      assertThat(accepted).isNotNull();
      sys.options.clear();

      accepted.vanish();

      check.on(client);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void clientIsToldNothing(String host) throws Exception {
    Noted sys = new Noted(true);
    vanish(
        sys,
        host,
        client -> {
          Assumptions.assumeTrue(
              sys.hasSet(Linux.SOL_TCP, Linux.TCP_REPAIR), "needs CAP_NET_ADMIN");
          assertThatThrownBy(() -> client.getInputStream().read())
              .isInstanceOf(SocketTimeoutException.class);
          // What it says later meets no connection any more.
          client.getOutputStream().write(1);
          assertThatThrownBy(() -> client.getInputStream().read())
              .hasMessageContaining("Connection reset");
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void withoutTheCapabilityTheResetIsSentWhereNobodyTakesIt(String host) throws Exception {
    Noted sys = new Noted(false);
    vanish(
        sys,
        host,
        client -> {
          assertThat(sys.hasSet(Linux.SOL_SOCKET, Linux.SO_BINDTODEVICE)).isTrue();
          boolean hops =
              host.contains(":")
                  ? sys.hasSet(Linux.SOL_IPV6, Linux.IPV6_UNICAST_HOPS)
                  : sys.hasSet(Linux.SOL_IP, Linux.IP_TTL);
          assertThat(hops).isTrue();
          // On loopback alone it arrives all the same, and nothing is left of the connection.
          assertThatThrownBy(() -> client.getInputStream().read())
              .hasMessageContaining("Connection reset");
        });
  }
}
