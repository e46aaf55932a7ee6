package io.sluice.app.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A little play between a client and a server with a proxy between them; what the two see of each
 * other is written down, so that two proxies can be compared.
 */
enum Scenario {
  CLIENT_ENDS_FIRST {
    @Override
    void play(Socket client, Socket server, List<String> seen) throws IOException {
      client.getOutputStream().write(bytes("question"));
      client.shutdownOutput();
      seen.add("server: " + readToEnd(server));
      server.getOutputStream().write(new byte[LARGE]);
      server.close();
      seen.add("client: " + readToEnd(client));
    }
  },

  SERVER_ENDS_FIRST {
    @Override
    void play(Socket client, Socket server, List<String> seen) throws IOException {
      server.getOutputStream().write(bytes("greeting"));
      server.shutdownOutput();
      seen.add("client: " + readToEnd(client));
      client.getOutputStream().write(new byte[LARGE]);
      client.close();
      seen.add("server: " + readToEnd(server));
    }
  },

  BOTH_END_AT_ONCE {
    @Override
    void play(Socket client, Socket server, List<String> seen) throws IOException {
      client.getOutputStream().write(bytes("question"));
      server.getOutputStream().write(bytes("greeting"));
      client.shutdownOutput();
      server.shutdownOutput();
      seen.add("server: " + readToEnd(server));
      seen.add("client: " + readToEnd(client));
    }
  },

  CLIENT_RESETS {
    @Override
    void play(Socket client, Socket server, List<String> seen) throws IOException {
      exchange(client, server);
      client.setSoLinger(true, 0);
      client.close();
      seen.add("server: " + readToEnd(server));
    }
  },

  SERVER_RESETS {
    @Override
    void play(Socket client, Socket server, List<String> seen) throws IOException {
      exchange(client, server);
      server.setSoLinger(true, 0);
      server.close();
      seen.add("client: " + readToEnd(client));
    }
  };

  private static final int LARGE = 300_000;
  private static final int LIMIT_MS = 10_000;

  /** What the two do, and what each sees of the other's end. */
  abstract void play(Socket client, Socket server, List<String> seen) throws IOException;

  /** Starts a proxy in front of the server at {@code serverPort} and returns its own port. */
  interface Proxy {
    int start(int serverPort) throws IOException;
  }

  /** Plays it with {@code proxy} between the two. */
  List<String> run(Proxy proxy) throws IOException {
    InetAddress local = InetAddress.getLoopbackAddress();
    List<String> seen = new ArrayList<>();
    try (ServerSocket listener = new ServerSocket(0, 1, local)) {
      listener.setSoTimeout(LIMIT_MS);
      try (Socket client = new Socket(local, proxy.start(listener.getLocalPort()));
          Socket server = listener.accept()) {
        client.setSoTimeout(LIMIT_MS);
        server.setSoTimeout(LIMIT_MS);
        play(client, server, seen);
      }
    }
    return seen;
  }

  /** Both see that the other is there, so that what follows is not about connecting. */
  private static void exchange(Socket client, Socket server) throws IOException {
    client.getOutputStream().write('c');
    server.getInputStream().read();
    server.getOutputStream().write('s');
    client.getInputStream().read();
  }

  /** What arrives until the end, and whether the end is a FIN or a reset. */
  private static String readToEnd(Socket socket) throws IOException {
    InputStream input = socket.getInputStream();
    byte[] block = new byte[65_536];
    long count = 0;
    try {
      for (int read = input.read(block); read >= 0; read = input.read(block)) {
        count += read;
      }
      return count + " bytes, end";
    } catch (SocketException e) {
      return count + " bytes, reset";
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
