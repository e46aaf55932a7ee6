package io.sluice.app.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * The server behind the demo's proxy. The first line of a connection says what it does:
 *
 * <pre>
 *   SEND bytes position    sends so many bytes of content, then a line with their tally
 *   TAKE                   receives until the client has no more, then sends a line with the tally
 *   ECHO                   sends back what comes
 *   GET /                  HTTP/1.1: a short text
 *   GET /bytes/n           HTTP/1.1: n bytes of content
 * </pre>
 *
 * <p>HTTP is there for curl: one request for each connection, nothing but GET.
 */
public final class Origin implements AutoCloseable {
  private static final String TEXT =
      "This came through Sluice. Try /bytes/1000000000 for a gigabyte.\n";

  private final ServerSocketChannel server;

  private Origin(ServerSocketChannel server) {
    this.server = server;
  }

  /** Listens on a free port of the loopback address. */
  public static Origin open() throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open();
    try {
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    } catch (IOException e) {
      server.close();
      throw e;
    }
    Origin origin = new Origin(server);
    start("demo-origin", origin::accept);
    return origin;
  }

  /** Where it listens. */
  public SocketAddress address() {
    return server.socket().getLocalSocketAddress();
  }

  private void accept() {
    while (server.isOpen()) {
      try {
        SocketChannel client = server.accept();
        start("demo-origin-" + client.socket().getPort(), () -> serve(client));
      } catch (IOException e) {
        return; // Closed.
      }
    }
  }

  private static void start(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  private static void serve(SocketChannel client) {
    try (client;
        Peer peer = new Peer(client)) {
      answer(peer);
    } catch (IOException e) {
      // The client has gone, which it may do at any time; it is the side that verifies.
    }
  }

  private static void answer(Peer peer) throws IOException {
    String[] words = peer.readLine().split(" ");
    switch (words[0]) {
      case "SEND" -> {
        Tally sent = peer.sendContent(number(words, 2), number(words, 1));
        peer.write(sent + "\n");
      }
      case "TAKE" -> peer.write(peer.receiveContent(Long.MAX_VALUE) + "\n");
      case "ECHO" -> peer.echo();
      case "GET" -> get(peer, words.length > 1 ? words[1] : "/");
      default -> peer.write("HTTP/1.1 501 Not Implemented\r\nConnection: close\r\n\r\n");
    }
    peer.endOutput();
    // Closing with unread bytes would reset the connection and lose what was just sent.
    peer.receiveContent(Long.MAX_VALUE);
  }

  private static void get(Peer peer, String path) throws IOException {
    while (!peer.readLine().isEmpty()) {
      // Header fields: none changes the answer.
    }
    if (path.equals("/")) {
      peer.write(head("200 OK", TEXT.length()) + TEXT);
    } else if (path.matches("/bytes/[0-9]{1,15}")) {
      long bytes = Long.parseLong(path.substring("/bytes/".length()));
      peer.write(head("200 OK", bytes));
      peer.sendContent(0, bytes);
    } else {
      peer.write(head("404 Not Found", 0));
    }
  }

  private static String head(String status, long length) {
    return "HTTP/1.1 "
        + status
        + "\r\nContent-Type: application/octet-stream\r\nContent-Length: "
        + length
        + "\r\nConnection: close\r\n\r\n";
  }

  private static long number(String[] words, int index) throws IOException {
    try {
      return Long.parseUnsignedLong(words[index]);
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      throw new IOException("not a request: " + String.join(" ", words), e);
    }
  }

  /** Stops accepting; connections end with their clients. */
  @Override
  public void close() throws IOException {
    server.close();
  }
}
