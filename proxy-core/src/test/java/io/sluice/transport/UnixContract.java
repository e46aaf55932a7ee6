package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.linux.Errno;
import io.sluice.linux.SockAddr;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Listening and connecting at UNIX paths. */
abstract class UnixContract extends ContractFixture {

  @TempDir Path directory;
  private Path path;
  private SockAddr address;

  @BeforeEach
  void choosePath() {
    path = directory.resolve("s");
    address = SockAddr.unixPath(path.toString());
  }

  @Test
  void connectionAtPathCarriesBytesBothWays() throws Exception {
    ListenSocket listener = listen(address);
    assertThat(listener.address()).isEqualTo(address);
    SocketChannel client = closedAfterwards(SocketChannel.open(javaAddress()));
    End end = new End(null);
    end.attach(poller, acceptOne(poller, listener));
    Pump echo = pump(end, end);

    client.write(ByteBuffer.wrap(new byte[] {7, 8, 9}));
    assertThat(fillWhenReady(echo, end)).isEqualTo(3);
    assertThat(echo.drain(Long.MAX_VALUE)).isEqualTo(3);

    ByteBuffer answer = ByteBuffer.allocate(3);
    while (answer.hasRemaining()) {
      assertThat(client.read(answer)).isPositive();
    }
    assertThat(answer.array()).containsExactly(7, 8, 9);
    assertThat(end.socket.peer().isUnix()).isTrue();
    assertThat(end.socket.local()).isEqualTo(address);
  }

  @Test
  void connectsToPath() throws Exception {
    ServerSocketChannel server = closedAfterwards(bindByHand());
    End end = new End(null);

    end.socket = poller.connect(address, TCP, end::onReady);
    assertThat(end.socket).isNotNull();
    pollUntil(() -> end.events > 0 && end.socket.finishConnect() == 0);

    try (SocketChannel accepted = server.accept()) {
      assertThat(accepted).isNotNull();
    }
    assertThat(end.socket.isWritable()).isTrue();
    assertThat(end.socket.peer()).isEqualTo(address);
  }

  @Test
  void connectToPathOfNobodyFails() {
    End end = new End(null);
    end.socket = poller.connect(address, TCP, end::onReady);

    assertThat(end.socket).isNull();
    assertThat(poller.lastError()).isEqualTo(-Errno.ENOENT);
  }

  @Test
  void connectToPathOfTheDeadIsRefused() throws Exception {
    bindByHand().close();
    End end = new End(null);
    end.socket = poller.connect(address, TCP, end::onReady);

    assertThat(end.socket).isNull();
    assertThat(poller.lastError()).isEqualTo(-Errno.ECONNREFUSED);
  }

  @Test
  void connectToFullQueueIsWouldBlock() throws Exception {
    ServerSocketChannel server = closedAfterwards(ServerSocketChannel.open(family()));
    server.bind(javaAddress(), 1);

    int connected = fillQueue();

    assertThat(poller.lastError()).isEqualTo(-Errno.EAGAIN);
    assertThat(poller.usage().sockets()).isEqualTo(connected);
  }

  @Test
  void pathOfTheDeadIsUsedAgain() throws Exception {
    bindByHand().close();
    assertThat(path).exists();

    ListenSocket listener = listen(address);

    closedAfterwards(SocketChannel.open(javaAddress()));
    acceptOne(poller, listener).close();
  }

  @Test
  void pathOfTheLivingIsRefused() throws Exception {
    ListenSocket living = listen(address);

    assertThatThrownBy(() -> transport.listen(address, LISTEN, TCP))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(path.toString())
        .hasMessageContaining("still listens");
    closedAfterwards(SocketChannel.open(javaAddress()));
    StreamSocket probe = acceptOne(poller, living);
    probe.close();
  }

  @Test
  void pathOfTheLivingWithFullQueueIsRefused() throws Exception {
    ServerSocketChannel living = closedAfterwards(ServerSocketChannel.open(family()));
    living.bind(javaAddress(), 1);
    fillQueue();

    assertThatThrownBy(() -> transport.listen(address, LISTEN, TCP))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("still listens");
    assertThat(path).exists();
  }

  @Test
  void fileThatIsNoSocketIsLeftAlone() throws Exception {
    Files.writeString(path, "precious");

    assertThatThrownBy(() -> transport.listen(address, LISTEN, TCP))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not a socket");
    assertThat(path).hasContent("precious");
  }

  @Test
  void missingDirectoryIsExplained() {
    SockAddr nowhere = SockAddr.unixPath(directory.resolve("no/s").toString());

    assertThatThrownBy(() -> transport.listen(nowhere, LISTEN, TCP))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(nowhere.toString())
        .hasMessageContaining("create the directory");
  }

  @Test
  void pathIsRemovedAtClose() throws Exception {
    ListenSocket listener = transport.listen(address, LISTEN, TCP);
    assertThat(path).exists();

    listener.close();

    assertThat(path).doesNotExist();
  }

  @Test
  void pathThatIsAnothersByNowStaysAtClose() throws Exception {
    ListenSocket listener = transport.listen(address, LISTEN, TCP);
    Files.delete(path);
    closedAfterwards(bindByHand());

    listener.close();

    assertThat(path).exists();
  }

  /** Connects until the queue takes no more; returns how many fitted. */
  private int fillQueue() {
    int connected = 0;
    StreamSocket socket;
    while ((socket = poller.connect(address, TCP, () -> {})) != null) {
      new End(null).socket = socket;
      assertThat(++connected).as("connections in a queue of one").isLessThan(10);
    }
    return connected;
  }

  private ServerSocketChannel bindByHand() throws IOException {
    return ServerSocketChannel.open(family()).bind(javaAddress());
  }

  private static StandardProtocolFamily family() {
    return StandardProtocolFamily.UNIX;
  }

  private UnixDomainSocketAddress javaAddress() {
    return UnixDomainSocketAddress.of(path);
  }
}
