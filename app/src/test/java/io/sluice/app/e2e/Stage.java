package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Where a {@link Situation} is played: a proxy's port, the server behind it, and its clients. */
final class Stage implements AutoCloseable {

  /** What an operator does, or what happens elsewhere. */
  interface Operator {
    /** The checks of the server fail from now on. */
    void failChecks() throws IOException;

    /** The checks of a server pass from now on that have failed until now. */
    void passChecks() throws IOException;

    /** Waits until checks have found {@code server} down: backend and name. */
    void awaitDown(String server) throws IOException;

    /** The server's sessions are ended. */
    void killSessions() throws IOException;
  }

  /** Both ends of a session. */
  record Pair(Socket client, Socket server) {}

  private static final int LIMIT_MS = 10_000;

  /** Longer than the second attempt to connect takes, when the first was dropped. */
  private static final int FULL_MS = 100;

  private static final int BACKLOG_MAX = 20;

  private final int port;
  private final ServerSocket listener;
  private final Operator operator;
  private final List<AutoCloseable> open = new ArrayList<>();

  /** In front of {@code port}; what is behind it connects to {@code listener}. */
  Stage(int port, ServerSocket listener, Operator operator) throws IOException {
    this.port = port;
    this.listener = listener;
    this.operator = operator;
    listener.setSoTimeout(LIMIT_MS);
  }

  /** A client of the proxy. */
  Socket connect() throws IOException {
    Socket client = keep(new Socket(InetAddress.getLoopbackAddress(), port));
    client.setSoTimeout(LIMIT_MS);
    return client;
  }

  /** The proxy's next connection to the server. */
  Socket accept() throws IOException {
    Socket server = keep(listener.accept());
    server.setSoTimeout(LIMIT_MS);
    return server;
  }

  /** The server refuses from now on. */
  void stopServing() throws IOException {
    listener.close();
  }

  /** The server neither accepts nor refuses from now on: its queue is full. */
  void stall() throws IOException {
    for (int i = 0; i < BACKLOG_MAX; i++) {
      Socket filler = keep(new Socket());
      try {
        filler.connect(listener.getLocalSocketAddress(), FULL_MS);
      } catch (SocketTimeoutException e) {
        return;
      }
    }
    throw new IOException("the queue of " + listener + " does not fill");
  }

  void failChecks() throws IOException {
    operator.failChecks();
  }

  void passChecks() throws IOException {
    operator.passChecks();
  }

  void awaitDown(String server) throws IOException {
    operator.awaitDown(server);
  }

  void killSessions() throws IOException {
    operator.killSessions();
  }

  /** A session that goes on: both ends have heard each other. */
  Pair occupy() throws IOException {
    Pair pair = new Pair(connect(), accept());
    greet(pair);
    return pair;
  }

  /** For so many milliseconds {@code client} hears nothing: neither a byte nor an end. */
  static void hearNothing(Socket client, int ms) throws IOException {
    client.setSoTimeout(ms);
    try {
      throw new Untimely("heard " + client.getInputStream().read() + " where nothing was due");
    } catch (SocketTimeoutException e) {
      client.setSoTimeout(LIMIT_MS);
    }
  }

  /** Both see that the other is there. */
  private static void greet(Pair pair) throws IOException {
    say(pair.client, "c");
    hear(pair.server, "c");
    say(pair.server, "s");
    hear(pair.client, "s");
  }

  static void say(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  static void hear(Socket socket, String text) throws IOException {
    byte[] heard = socket.getInputStream().readNBytes(text.length());
    assertThat(new String(heard, StandardCharsets.US_ASCII)).isEqualTo(text);
  }

  static void expectEnd(Socket socket) throws IOException {
    assertThat(socket.getInputStream().read()).isEqualTo(-1);
  }

  /** An end of either kind. */
  static void expectAnyEnd(Socket socket) throws IOException {
    try {
      expectEnd(socket);
    } catch (SocketException e) {
      assertThat(e).hasMessageContaining("reset");
    }
  }

  static void reset(Socket socket) throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  /** A server for one situation, whose queue is as short as the kernel lets it be. */
  static ServerSocket server() throws IOException {
    ServerSocket server = new ServerSocket();
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
    return server;
  }

  private <T extends AutoCloseable> T keep(T closeable) {
    open.add(closeable);
    return closeable;
  }

  @Override
  public void close() throws IOException {
    for (AutoCloseable each : open) {
      try {
        each.close();
      } catch (Exception e) {
        throw new IOException(e);
      }
    }
    listener.close();
  }
}
