package io.sluice.app.replay;

import io.sluice.linux.SockAddr;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that does with each connection what a test says, and keeps what it received. */
final class ScriptedServer implements AutoCloseable {
  /** What happens on a connection, which is closed afterwards. */
  interface Script {
    void run(Peer peer) throws IOException;
  }

  /** The server's end of a connection. */
  static final class Peer {
    final Socket socket;
    final InputStream in;
    final ByteArrayOutputStream received = new ByteArrayOutputStream();
    volatile boolean wasReset;

    Peer(Socket socket) throws IOException {
      this.socket = socket;
      in = socket.getInputStream();
    }

    /** Takes exactly so many bytes, fewer at the end. */
    int take(int bytes) throws IOException {
      byte[] taken = in.readNBytes(bytes);
      received.writeBytes(taken);
      return taken.length;
    }

    /** Takes all that comes until the end. */
    void takeAll() throws IOException {
      in.transferTo(received);
    }

    void answer(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    String text() {
      return received.toString(StandardCharsets.ISO_8859_1);
    }
  }

  private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final BlockingQueue<Peer> ended = new LinkedBlockingQueue<>();
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger mostOpen = new AtomicInteger();
  private final Script script;

  ScriptedServer(Script script) throws IOException {
    this.script = script;
    start(this::accept);
  }

  SockAddr address() {
    return SockAddr.inet(listener.getInetAddress(), listener.getLocalPort());
  }

  int port() {
    return listener.getLocalPort();
  }

  /** The most connections that were open at once. */
  int mostOpen() {
    return mostOpen.get();
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "scripted-server");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        start(() -> serve(socket));
      } catch (IOException e) {
        return; // Closed.
      }
    }
  }

  private void serve(Socket socket) {
    mostOpen.accumulateAndGet(open.incrementAndGet(), Math::max);
    try (socket) {
      Peer peer = new Peer(socket);
      try {
        script.run(peer);
      } catch (IOException e) {
        peer.wasReset = String.valueOf(e.getMessage()).contains("reset");
      }
      open.decrementAndGet();
      ended.add(peer);
    } catch (IOException e) {
      open.decrementAndGet();
    }
  }

  /** The next connection whose script has ended. */
  Peer awaitEnded() throws InterruptedException {
    Peer peer = ended.poll(20, TimeUnit.SECONDS);
    if (peer == null) {
      throw new AssertionError("no connection ended");
    }
    return peer;
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
