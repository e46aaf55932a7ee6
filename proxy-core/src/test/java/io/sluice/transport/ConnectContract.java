package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.Errno;
import io.sluice.linux.SockAddr;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;

/** Connecting, over TCP. */
abstract class ConnectContract extends ContractFixture {

  @Test
  void connectionIsReportedAndCarriesBytesBothWays() throws Exception {
    ServerSocket server = server();
    End end = new End(null);

    end.socket = poller.connect(loopback(server.getLocalPort()), TCP, end::onReady);
    assertThat(end.socket).isNotNull();
    assertThat(end.socket.finishConnect()).isIn(0, -Errno.EINPROGRESS);
    pollUntil(() -> end.events > 0 && end.socket.finishConnect() == 0);
    assertThat(end.socket.isWritable()).isTrue();
    assertThat(end.socket.isBroken()).isFalse();

    Socket accepted = accept(server);
    Pump echo = pump(end, end);
    send(accepted, "ping");
    assertThat(fillWhenReady(echo, end)).isEqualTo(4);
    assertThat(echo.drain(Long.MAX_VALUE)).isEqualTo(4);
    assertThat(receive(accepted, 4)).isEqualTo("ping");
  }

  @Test
  void connectedSocketKnowsBothAddresses() throws Exception {
    ServerSocket server = server();
    SockAddr address = loopback(server.getLocalPort());
    End end = new End(null);
    end.socket = poller.connect(address, TCP, end::onReady);
    pollUntil(() -> end.socket.finishConnect() == 0);

    Socket accepted = accept(server);

    assertThat(end.socket.peer()).isEqualTo(address);
    assertThat(end.socket.local()).isEqualTo(loopback(accepted.getPort()));
  }

  @Test
  void refusedConnectionIsAnErrorOfFinishConnect() throws Exception {
    int closedPort;
    try (ServerSocket server = server()) {
      closedPort = server.getLocalPort();
    }
    End end = new End(null);

    end.socket = poller.connect(loopback(closedPort), TCP, end::onReady);

    if (end.socket == null) {
      assertThat(poller.lastError()).isEqualTo(-Errno.ECONNREFUSED);
      return;
    }
    pollUntil(() -> end.events > 0 && end.socket.finishConnect() != -Errno.EINPROGRESS);
    assertThat(end.socket.finishConnect()).isEqualTo(-Errno.ECONNREFUSED);
    assertThat(end.socket.isBroken()).isTrue();
    assertThat(poller.usage().sockets()).isEqualTo(1);
    end.close();
    assertThat(poller.usage().sockets()).isZero();
  }

  @Test
  void refusedConnectionMayBeReset() throws Exception {
    int closedPort;
    try (ServerSocket server = server()) {
      closedPort = server.getLocalPort();
    }
    End end = new End(null);

    end.socket = poller.connect(loopback(closedPort), TCP, end::onReady);
    if (end.socket != null) {
      pollUntil(() -> end.socket.finishConnect() != -Errno.EINPROGRESS);
      end.socket.shutdownOutput();
      end.reset();
    }

    assertThat(poller.usage().sockets()).isZero();
  }

  @Test
  void connectionMayBeAbandonedBeforeItsOutcome() throws Exception {
    ServerSocket server = server();
    End end = new End(null);
    end.socket = poller.connect(loopback(server.getLocalPort()), TCP, end::onReady);

    end.reset();
    poller.poll(0);
    poller.poll(20);

    assertThat(end.events).isZero();
    assertThat(poller.usage().sockets()).isZero();
  }

  @Test
  void silentConnectionHasNothingToRead() throws Exception {
    ServerSocket server = server();
    End end = new End(null);
    end.socket = poller.connect(loopback(server.getLocalPort()), TCP, end::onReady);
    Pump echo = pump(end, end);

    assertThat(echo.fill()).isEqualTo(-Errno.EAGAIN);
    pollUntil(() -> end.socket.finishConnect() == 0);
    Socket accepted = accept(server);
    send(accepted, "greeting");

    assertThat(fillWhenReady(echo, end)).isEqualTo(8);
  }

  private ServerSocket server() throws IOException {
    ServerSocket server =
        closedAfterwards(new ServerSocket(0, 16, InetAddress.getLoopbackAddress()));
    server.setSoTimeout(WAIT_MS);
    return server;
  }

  private Socket accept(ServerSocket server) throws IOException {
    Socket accepted = closedAfterwards(server.accept());
    accepted.setSoTimeout(WAIT_MS);
    return accepted;
  }
}
