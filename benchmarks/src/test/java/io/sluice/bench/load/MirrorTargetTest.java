package io.sluice.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each manner, seen from who connects. */
class MirrorTargetTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int PATIENCE_MS = 30_000;

  /** Much longer than a connection over loopback takes. */
  private static final int SHORT_MS = 300;

  @TempDir private Path folder;
  private Source source;
  private LoadLoop loop;
  private MirrorTarget target;

  @BeforeEach
  void start() throws IOException {
    source = Source.create(folder.resolve("source.bin"), Source.Way.SEND);
    loop = new LoadLoop("mirror", source);
  }

  @AfterEach
  void stop() throws IOException {
    target.close();
    loop.close();
    source.close();
  }

  private Socket connect(MirrorManner manner) throws IOException {
    if (target == null) {
      target = MirrorTarget.open("127.0.0.1", loop, manner);
    }
    Socket socket = new Socket();
    socket.connect(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), target.port()), PATIENCE_MS);
    socket.setSoTimeout(PATIENCE_MS);
    return socket;
  }

  @Test
  void everythingIsReadAndCounted() throws IOException {
    int pieces = 64;
    byte[] piece = new byte[16 << 10];

    try (Socket socket = connect(MirrorManner.READS)) {
      for (int i = 0; i < pieces; i++) {
        socket.getOutputStream().write(piece);
      }
      await().atMost(PATIENCE).until(() -> target.receivedBytes() == pieces * 16_384L);
      assertThat(target.connections()).isOne();
    }

    await().atMost(PATIENCE).until(() -> target.connections() == 0);
  }

  @Test
  void whatIsLeftIsReset() throws IOException {
    try (Socket socket = connect(MirrorManner.READS)) {
      await().atMost(PATIENCE).until(() -> target.connections() == 1);

      target.forget();

      assertThat(target.connections()).isZero();
      assertThatThrownBy(() -> socket.getInputStream().read())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
    }
  }

  @Test
  void deafOneTakesNothingAndKeepsTheConnection() throws IOException {
    try (Socket socket = connect(MirrorManner.DEAF)) {
      socket.getOutputStream().write(new byte[1 << 10]);
      socket.setSoTimeout(SHORT_MS);

      assertThatThrownBy(() -> socket.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      assertThat(target.receivedBytes()).isZero();
      // It can only forget whom it has accepted.
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> {
                target.forget();
                assertThatThrownBy(() -> socket.getInputStream().read())
                    .hasMessageContaining("reset");
              });
    }
  }

  @Test
  void deafOneKeepsTheLatestThousand() throws IOException {
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i <= 1000; i++) {
        sockets.add(connect(MirrorManner.DEAF));
      }
      assertThatThrownBy(() -> sockets.get(0).getInputStream().read())
          .hasMessageContaining("reset");
      sockets.get(1).setSoTimeout(1);
      assertThatThrownBy(() -> sockets.get(1).getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  @Test
  void blackHoleDoesNotAnswerAtAll() throws IOException {
    target = MirrorTarget.open("127.0.0.1", loop, MirrorManner.BLACK_HOLE);

    for (int i = 0; i < 3; i++) {
      try (Socket socket = new Socket()) {
        assertThatThrownBy(
                () ->
                    socket.connect(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), target.port()),
                        SHORT_MS))
            .isInstanceOf(SocketTimeoutException.class);
      }
    }
  }

  @Test
  void resettingOneResets() {
    // The reset may be there before connect() has returned.
    assertThatThrownBy(
            () -> {
              try (Socket socket = connect(MirrorManner.RESETS)) {
                socket.getInputStream().read();
              }
            })
        .isInstanceOf(SocketException.class)
        .hasMessageContaining("reset");
  }
}
