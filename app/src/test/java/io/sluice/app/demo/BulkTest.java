package io.sluice.app.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import org.junit.jupiter.api.Test;

class BulkTest {
  private static final int EVIL_OFFSET = 12_345_678;

  /** A bad proxy: swaps two bytes of each stream of content, or cuts it short. */
  private static final class BadProxy implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final SocketAddress target;
    private final boolean cuts;

    BadProxy(SocketAddress target, boolean cuts) throws IOException {
      this.target = target;
      this.cuts = cuts;
      start(this::accept);
    }

    SocketAddress address() {
      return new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
    }

    private static void start(Runnable task) {
      Thread thread = new Thread(task, "bad-proxy");
      thread.setDaemon(true);
      thread.start();
    }

    private void accept() {
      try {
        while (true) {
          Socket client = listener.accept();
          Socket server = new Socket();
          server.connect(target);
          start(() -> relay(client, server));
          start(() -> relay(server, client));
        }
      } catch (IOException e) {
        // Closed.
      }
    }

    private void relay(Socket from, Socket to) {
      try {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        byte[] buffer = new byte[65536];
        long passed = 0;
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          if (passed <= EVIL_OFFSET && EVIL_OFFSET < passed + read) {
            if (cuts) {
              from.close();
              to.close();
              return;
            }
            buffer[(int) (EVIL_OFFSET - passed)] ^= 1;
          }
          out.write(buffer, 0, read);
          passed += read;
        }
        to.shutdownOutput();
      } catch (IOException e) {
        // The other side has ended; the clients notice.
      }
    }

    @Override
    public void close() throws IOException {
      listener.close();
    }
  }

  @Test
  void untouchedStreamsAreEqual() throws Exception {
    try (Origin origin = Origin.open()) {
      Bulk.Result result = Bulk.run(origin.address(), 2, 0.01);

      assertThat(result.streams()).isGreaterThanOrEqualTo(2);
      assertThat(result.different()).isZero();
      assertThat(result.bytes()).isEqualTo(result.streams() * Bulk.streamBytes(2));
    }
  }

  @Test
  void oneChangedBitIsFoundInBothDirections() throws Exception {
    try (Origin origin = Origin.open();
        BadProxy proxy = new BadProxy(origin.address(), false)) {
      Bulk.Result result = Bulk.run(proxy.address(), 2, 0.01);

      assertThat(result.streams()).isGreaterThanOrEqualTo(2);
      assertThat(result.different()).isEqualTo(result.streams());
    }
  }

  @Test
  void moreClientsHaveShorterStreams() {
    assertThat(Bulk.streamBytes(1)).isEqualTo(64L << 20);
    assertThat(Bulk.streamBytes(4)).isEqualTo(64L << 20);
    assertThat(Bulk.streamBytes(1000) * 1000).isLessThan(2L << 30);
  }

  @Test
  void brokenStreamIsAFailure() throws Exception {
    try (Origin origin = Origin.open();
        BadProxy proxy = new BadProxy(origin.address(), true)) {
      assertThatThrownBy(() -> Bulk.run(proxy.address(), 1, 0.01))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("traffic failed: ");
    }
  }
}
