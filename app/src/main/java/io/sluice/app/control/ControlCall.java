package io.sluice.app.control;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Asks a process that runs for something, and waits for its answer. */
public final class ControlCall {
  /** Of an answer: more than a configuration with a million addresses has. */
  private static final int ANSWER_BYTES_MAX = 64 << 20;

  private static final int CHUNK = 1 << 16;

  private ControlCall() {}

  /**
   * Sends one command and returns what it came to.
   *
   * @param timeout for all of it
   * @throws NobodyListensException when there is no process
   * @throws IOException when it may not be asked, does not answer in time, or ends meanwhile; the
   *     message names the socket
   */
  public static Answer ask(Path socket, String command, Duration timeout) throws IOException {
    long deadlineNs = System.nanoTime() + timeout.toNanos();
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        Selector selector = Selector.open()) {
      channel.configureBlocking(false);
      connect(channel, socket);
      SelectionKey key = channel.register(selector, SelectionKey.OP_WRITE);
      ByteBuffer request = StandardCharsets.UTF_8.encode(command + "\n");
      while (request.hasRemaining()) {
        awaitTurn(selector, deadlineNs, timeout);
        channel.write(request);
      }
      key.interestOps(SelectionKey.OP_READ);
      var answer = new ByteArrayOutputStream();
      ByteBuffer buffer = ByteBuffer.allocate(CHUNK);
      while (channel.read(buffer) >= 0) {
        answer.write(buffer.array(), 0, buffer.position());
        buffer.clear();
        if (answer.size() > ANSWER_BYTES_MAX) {
          throw new IOException("its answer has no end");
        }
        awaitTurn(selector, deadlineNs, timeout);
      }
      return Answer.decoded(answer.toByteArray());
    } catch (NobodyListensException e) {
      throw e;
    } catch (IOException e) {
      throw new IOException("the process at " + socket + ": " + e.getMessage(), e);
    }
  }

  private static void connect(SocketChannel channel, Path socket) throws IOException {
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
    } catch (IOException e) {
      if (e instanceof ConnectException || Files.notExists(socket)) {
        throw new NobodyListensException(socket, e);
      }
      throw new IOException("cannot be asked: " + e.getMessage(), e);
    }
  }

  private static void awaitTurn(Selector selector, long deadlineNs, Duration timeout)
      throws IOException {
    long leftNs = deadlineNs - System.nanoTime();
    if (leftNs > 0) {
      selector.select(Math.max(1, Duration.ofNanos(leftNs).toMillis()));
    }
    if (selector.selectedKeys().isEmpty() && System.nanoTime() - deadlineNs >= 0) {
      throw new IOException(
          "no answer in " + timeout.toMillis() / 1000.0 + " s; its log may tell more");
    }
    selector.selectedKeys().clear();
  }
}
