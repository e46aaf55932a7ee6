package io.sluice.transport.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.ListenOptions;
import io.sluice.config.PumpConfig;
import io.sluice.config.TcpOptions;
import io.sluice.linux.Errno;
import io.sluice.linux.SockAddr;
import io.sluice.transport.FlowCounters;
import io.sluice.transport.ListenSocket;
import io.sluice.transport.Poller;
import io.sluice.transport.Pump;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is particular to this transport; what all share is in the contract suite. */
class NioTransportTest {

  private static final int WAIT_MS = 5_000;
  private static final TcpOptions TCP =
      new TcpOptions(true, false, Duration.ZERO, Duration.ZERO, 0, Duration.ZERO, 0, 0, "");
  private static final ListenOptions LISTEN = new ListenOptions(16, Duration.ZERO, 0, false);
  private static final PumpConfig PUMP =
      new PumpConfig(PumpConfig.Mode.COPY, 3, 16384, 8, 4096, 16384, 65536, 0, 1 << 20);

  private final NioTransport transport = new NioTransport();
  private Poller poller;

  @BeforeEach
  void openPoller() throws IOException {
    poller = transport.openPoller(PUMP);
  }

  @AfterEach
  void closePoller() {
    poller.close();
  }

  @Test
  void abstractNamesAreRefusedWithTheWayOut() {
    SockAddr address = SockAddr.unixAbstract("sluice-test");

    assertThatThrownBy(() -> transport.listen(address, LISTEN, TCP))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(address.toString())
        .hasMessageContaining("epoll transport");
    assertThat(poller.connect(address, TCP, () -> {})).isNull();
    assertThat(poller.lastError()).isEqualTo(-Errno.EAFNOSUPPORT);
  }

  @Test
  void v6onlyIsRefusedForEveryAddressOnly() throws Exception {
    ListenOptions v6only = new ListenOptions(16, Duration.ZERO, 0, true);
    SockAddr every = SockAddr.inet(InetAddress.getByAddress(new byte[16]), 0);

    assertThatThrownBy(() -> transport.listen(every, v6only, TCP))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("[::]:0")
        .hasMessageContaining("v6only needs the epoll transport");
    transport.listen(loopback(), v6only, TCP).close();
  }

  @Test
  void ignoredOptionsAreLoggedOnce() throws Exception {
    ListenOptions listen = new ListenOptions(16, Duration.ofSeconds(1), 64, false);
    TcpOptions tcp =
        new TcpOptions(
            true, false, Duration.ZERO, Duration.ZERO, 0, Duration.ofSeconds(9), 0, 0, "bbr");

    String log =
        standardErrorOf(
            () -> {
              transport.listen(loopback(), listen, tcp).close();
              transport.listen(loopback(), listen, tcp).close();
            });

    for (String option :
        new String[] {"defer-accept", "fast-open", "user-timeout", "congestion-control"}) {
      assertThat(log).containsOnlyOnce(option);
    }
  }

  @Test
  void optionsReachTheSocket() throws Exception {
    NioOptions options = new NioOptions();
    TcpOptions tcp =
        new TcpOptions(
            true,
            true,
            Duration.ofSeconds(70),
            Duration.ofMillis(1500),
            4,
            Duration.ZERO,
            32 << 10,
            48 << 10,
            "");
    try (SocketChannel channel = SocketChannel.open()) {
      options.apply(channel, false, tcp);

      assertThat(channel.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
      assertThat(channel.getOption(StandardSocketOptions.SO_KEEPALIVE)).isTrue();
      assertThat(channel.getOption(ExtendedSocketOptions.TCP_KEEPIDLE)).isEqualTo(70);
      assertThat(channel.getOption(ExtendedSocketOptions.TCP_KEEPINTERVAL)).isEqualTo(2);
      assertThat(channel.getOption(ExtendedSocketOptions.TCP_KEEPCOUNT)).isEqualTo(4);
      assertThat(channel.getOption(StandardSocketOptions.SO_RCVBUF)).isBetween(32 << 10, 64 << 10);
      assertThat(channel.getOption(StandardSocketOptions.SO_SNDBUF)).isBetween(48 << 10, 96 << 10);
    }
    try (ServerSocketChannel channel = ServerSocketChannel.open()) {
      options.apply(channel, loopback(), LISTEN, tcp);

      assertThat(channel.getOption(StandardSocketOptions.SO_RCVBUF)).isBetween(32 << 10, 64 << 10);
    }
  }

  @Test
  void interestNeverChangesWhileSmallMessagesAreTaken() throws Exception {
    try (ListenSocket listener = transport.listen(loopback(), LISTEN, TCP);
        Socket peer = new Socket()) {
      peer.connect(listener.address().toJava(), WAIT_MS);
      peer.setSoTimeout(WAIT_MS);
      NioStreamSocket socket = acceptFrom(listener);
      Pump echo = poller.pump(socket, socket, new FlowCounters());

      for (int i = 0; i < 200; i++) {
        peer.getOutputStream().write(i);
        poller.poll(WAIT_MS);
        assertThat(socket.interest()).isEqualTo(SelectionKey.OP_READ);
        assertThat(echo.fill()).isEqualTo(1);
        assertThat(echo.drain(Long.MAX_VALUE)).isEqualTo(1);
        assertThat(socket.interest()).isEqualTo(SelectionKey.OP_READ);
        assertThat(peer.getInputStream().read()).isEqualTo(i);
      }

      socket.close();
    }
  }

  @Test
  void interestGoesWhenNobodyTakesAndComesBackWithTheRead() throws Exception {
    try (ListenSocket listener = transport.listen(loopback(), LISTEN, TCP);
        Socket peer = new Socket()) {
      peer.connect(listener.address().toJava(), WAIT_MS);
      NioStreamSocket socket = acceptFrom(listener);
      Pump echo = poller.pump(socket, socket, new FlowCounters());

      peer.getOutputStream().write(1);
      poller.poll(WAIT_MS);
      assertThat(socket.interest()).isEqualTo(SelectionKey.OP_READ);
      poller.poll(WAIT_MS);
      assertThat(socket.interest()).isZero();
      assertThat(echo.fill()).isEqualTo(1);
      assertThat(socket.interest()).isEqualTo(SelectionKey.OP_READ);

      assertThat(echo.release()).isEqualTo(1);
      socket.close();
    }
  }

  @Test
  void interestInRoomGoesAfterTheFloodAndOneIdleReport() throws Exception {
    try (ListenSocket listener = transport.listen(loopback(), LISTEN, TCP);
        Socket peer = new Socket()) {
      peer.connect(listener.address().toJava(), WAIT_MS);
      peer.setSoTimeout(WAIT_MS);
      NioStreamSocket socket = acceptFrom(listener);
      ByteBuffer flood = ByteBuffer.allocateDirect(64 << 10);
      long sent = 0;
      while (socket.isWritable()) {
        sent += Math.max(0, socket.write(flood.clear()));
      }
      assertThat(socket.interest()).isEqualTo(SelectionKey.OP_READ | SelectionKey.OP_WRITE);

      peer.getInputStream().skipNBytes(sent);
      poller.poll(WAIT_MS);
      assertThat(socket.isWritable()).isTrue();
      assertThat(socket.interest()).isEqualTo(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
      poller.poll(WAIT_MS);

      assertThat(socket.interest()).isEqualTo(SelectionKey.OP_READ);
      socket.close();
    }
  }

  private NioStreamSocket acceptFrom(ListenSocket listener) {
    boolean[] acceptable = new boolean[1];
    poller.watch(listener, () -> acceptable[0] = true);
    for (int i = 0; i < 100 && !acceptable[0]; i++) {
      poller.poll(WAIT_MS / 100);
    }
    poller.unwatch(listener);
    NioStreamSocket socket = (NioStreamSocket) poller.accept(listener);
    assertThat(poller.attach(socket, () -> {})).isZero();
    poller.poll(0); // Takes the wake-up that unwatch leaves behind.
    return socket;
  }

  private static SockAddr loopback() {
    return SockAddr.fromJava(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  private interface Action {
    void run() throws IOException;
  }

  private static String standardErrorOf(Action action) throws IOException {
    PrintStream before = System.err;
    ByteArrayOutputStream captured = new ByteArrayOutputStream();
    System.setErr(new PrintStream(captured, true, StandardCharsets.UTF_8));
    try {
      action.run();
    } finally {
      System.setErr(before);
    }
    return captured.toString(StandardCharsets.UTF_8);
  }
}
