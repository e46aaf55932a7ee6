package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.SourceAddress;
import io.sluice.config.TcpOptions;
import io.sluice.linux.Errno;
import io.sluice.linux.SockAddr;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Where connections come from; the whole of 127.0.0.0/8 is this host. */
abstract class SourceContract extends ContractFixture {

  private ServerSocket server() throws IOException {
    return closedAfterwards(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
  }

  private static SockAddr addressOf(ServerSocket server) {
    return SockAddr.fromJava(server.getLocalSocketAddress());
  }

  private static TcpOptions from(String address, int firstPort, int lastPort) {
    return TCP.from(new SourceAddress(address, firstPort, lastPort, "", false));
  }

  /** A connection from {@code options}' source, as the server sees it. */
  private InetSocketAddress seen(ServerSocket server, TcpOptions options) throws Exception {
    End end = new End(null);
    end.socket = poller.connect(addressOf(server), options, end::onReady);
    assertThat(end.socket).as("error %s", poller.lastError()).isNotNull();
    Socket accepted = closedAfterwards(server.accept());
    pollUntil(() -> end.socket.finishConnect() == 0);
    return (InetSocketAddress) accepted.getRemoteSocketAddress();
  }

  /** Ports that nobody has now, as far as one may know. */
  private static int freePorts(int count) throws IOException {
    // Not where the same test begins in another process.
    int begin = 12_000 + (int) (ProcessHandle.current().pid() % 4_000) * 4;
    for (int first = begin; ; first += count) {
      int free = 0;
      for (int port = first; port < first + count; port++) {
        try (ServerSocket probe =
            new ServerSocket(port, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 3}))) {
          free += probe.isBound() ? 1 : 0;
        } catch (IOException e) {
          break;
        }
      }
      if (free == count) {
        return first;
      }
    }
  }

  @Test
  void connectionsComeFromTheAddress() throws Exception {
    ServerSocket server = server();

    InetSocketAddress seen = seen(server, from("127.0.0.2", 0, 0));

    assertThat(seen.getAddress().getHostAddress()).isEqualTo("127.0.0.2");
    assertThat(seen.getPort()).isPositive();
  }

  @Test
  void connectionsComeFromThePortsUntilTheyAreUsedUp() throws Exception {
    ServerSocket server = server();
    int first = freePorts(4);
    Set<Integer> ports = new HashSet<>();
    for (int i = 0; i < 4; i++) {
      InetSocketAddress seen = seen(server, from("127.0.0.3", first, first + 3));
      assertThat(seen.getAddress().getHostAddress()).isEqualTo("127.0.0.3");
      ports.add(seen.getPort());
    }
    assertThat(ports).containsExactlyInAnyOrder(first, first + 1, first + 2, first + 3);

    assertThat(poller.connect(addressOf(server), from("127.0.0.3", first, first + 3), () -> {}))
        .isNull();
    assertThat(poller.lastError()).isIn(-Errno.EADDRNOTAVAIL, -Errno.EADDRINUSE);
  }

  @Test
  void sourceThatIsNotOfThisHostIsRefusedWithWords() throws Exception {
    SockAddr server = addressOf(server());
    SourceAddress foreign = new SourceAddress("192.0.2.1", 0, 0, "", false);

    assertThatThrownBy(() -> transport.checkSource(server, foreign))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "cannot connect to "
                + server
                + " from 192.0.2.1: Cannot assign requested address (EADDRNOTAVAIL);"
                + " no interface of this host has the address");
    assertThat(poller.connect(server, TCP.from(foreign), () -> {})).isNull();
    assertThat(poller.lastError()).isEqualTo(-Errno.EADDRNOTAVAIL);
  }

  @Test
  void sourceOfAnotherFamilyIsRefusedWithWords() throws Exception {
    SockAddr server = addressOf(server());
    SourceAddress other = new SourceAddress("::1", 0, 0, "", false);

    assertThatThrownBy(() -> transport.checkSource(server, other))
        .hasMessageContaining("EAFNOSUPPORT")
        .hasMessageEndingWith("the source and the server need to be both IPv4 or both IPv6");
    assertThat(poller.connect(server, TCP.from(other), () -> {})).isNull();
    assertThat(poller.lastError()).isEqualTo(-Errno.EAFNOSUPPORT);
  }

  @Test
  void sourceIsOfNoMeaningForUnixSockets() {
    SourceAddress source = new SourceAddress("127.0.0.2", 0, 0, "", false);

    assertThatCode(() -> transport.checkSource(SockAddr.unixPath("/none"), source))
        .doesNotThrowAnyException();
  }
}
