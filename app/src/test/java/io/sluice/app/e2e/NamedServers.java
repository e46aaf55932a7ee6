package io.sluice.app.e2e;

import io.sluice.linux.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Servers at 127.0.0.2, 127.0.0.3 and so on, all with one port. Each tells every client its last
 * number, and then sends back what it hears.
 */
final class NamedServers implements AutoCloseable {
  private static final int ATTEMPTS = 20;
  private static final int LIMIT_MS = 20_000;

  private final List<ServerSocket> listeners;

  private NamedServers(List<ServerSocket> listeners) {
    this.listeners = listeners;
  }

  /** Those from 127.0.0.2 to 127.0.0.{@code last}. */
  static NamedServers to(int last) throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      NamedServers servers = new NamedServers(new ArrayList<>());
      int port = FreePort.any();
      try {
        for (int number = 2; number <= last; number++) {
          servers.listen(number, port);
        }
        return servers;
      } catch (IOException e) {
        servers.close(); // One of the addresses has it taken; the next port may be free on all.
      }
    }
    throw new IOException("no port that is free on all of them");
  }

  private void listen(int number, int port) throws IOException {
    ServerSocket listener = new ServerSocket();
    listeners.add(listener);
    listener.bind(new InetSocketAddress(InetAddress.getByName("127.0.0." + number), port), 128);
    start(() -> serve(listener, number));
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "named-server");
    thread.setDaemon(true);
    thread.start();
  }

  private static void serve(ServerSocket listener, int number) {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        start(() -> serve(client, number));
      } catch (IOException e) {
        // The client has gone, or the listener: the loop's condition tells which.
      }
    }
  }

  private static void serve(Socket client, int number) {
    try (client) {
      client.getOutputStream().write(number);
      client.getInputStream().transferTo(client.getOutputStream());
    } catch (IOException e) {
      // How a connection ends is what tests look at, at the other end.
    }
  }

  int port() {
    return listeners.get(0).getLocalPort();
  }

  /** Which server a client has reached; -1 where the proxy has closed it. */
  static int server(Socket client) throws IOException {
    client.setSoTimeout(LIMIT_MS);
    return client.getInputStream().read();
  }

  /** How many of so many sessions each server has got. */
  static Map<Integer, Integer> spread(Sluice sluice, int sessions) throws IOException {
    Map<Integer, Integer> spread = new TreeMap<>();
    for (int i = 0; i < sessions; i++) {
      try (Socket client = sluice.connect()) {
        spread.merge(server(client), 1, Integer::sum);
      }
    }
    return spread;
  }

  /** Whether its server still hears a client and answers. */
  static boolean isAlive(Socket client) throws IOException {
    client.getOutputStream().write('x');
    return client.getInputStream().read() == 'x';
  }

  @Override
  public void close() throws IOException {
    for (ServerSocket listener : listeners) {
      listener.close();
    }
  }
}
