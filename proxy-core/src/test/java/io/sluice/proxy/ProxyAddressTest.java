package io.sluice.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.ConfigReader;
import io.sluice.linux.OpenDescriptors;
import io.sluice.session.LogCapture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every kind of address that a proxy can listen at and connect to. */
@ExtendWith(OpenDescriptors.class)
class ProxyAddressTest {
  @TempDir private Path directory;

  private static Proxy start(String transport, String bind, String server) throws Exception {
    return Proxy.start(
        ConfigReader.parse(
                "test",
                "sluice { threads = 1, transport = "
                    + transport
                    + "\nfrontends.web { bind = "
                    + bind
                    + ", backend = app }\nbackends.app.servers.a = \""
                    + server
                    + "\" }")
            .config());
  }

  private static void expectEcho(Client client) throws IOException {
    try (client) {
      assertThat(client.ask("question")).isEqualTo("question");
      assertThat(client.finish()).isEmpty();
    }
  }

  private static void expectEcho(Path path) throws IOException {
    try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      ByteBuffer text = ByteBuffer.wrap(new byte[] {1, 2, 3});
      client.write(text);
      client.shutdownOutput();
      ByteBuffer answer = ByteBuffer.allocate(10);
      while (client.read(answer) >= 0) {
        assertThat(answer.hasRemaining()).isTrue();
      }
      assertThat(answer.flip()).isEqualTo(text.flip());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void everyServerMayBeConnectedToFromAnotherAddress(String transport) throws Exception {
    try (ServerSocket one = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        ServerSocket two = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        Proxy proxy =
            Proxy.start(
                ConfigReader.parse(
                        "test",
                        """
                        sluice { threads = 1, transport = %s, source.address = "127.0.0.2" }
                        sluice.frontends.web { bind = "127.0.0.1:0", backend = app }
                        sluice.backends.app.servers {
                          one = "127.0.0.1:%d"
                          two { address = "127.0.0.1:%d", source.address = "127.0.0.3" }
                        }
                        """
                            .formatted(transport, one.getLocalPort(), two.getLocalPort()))
                    .config());
        Client first = Client.of(proxy.boundAddress("web", 0));
        Client second = Client.of(proxy.boundAddress("web", 0))) {
      for (ServerSocket server : List.of(one, two)) {
        server.setSoTimeout(10_000);
        try (Socket accepted = server.accept()) {
          assertThat(accepted.getInetAddress().getHostAddress())
              .isEqualTo(server == one ? "127.0.0.2" : "127.0.0.3");
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void aFrontendMayHaveSeveralBinds(String transport) throws Exception {
    try (EchoServer server = EchoServer.tcp();
        Proxy proxy =
            start(transport, "[\"127.0.0.1:0\", \"127.0.0.1:0\", \"[::1]:0\"]", server.address())) {
      assertThat(proxy.boundAddresses().get("web")).hasSize(3).doesNotHaveDuplicates();
      for (int bind = 0; bind < 3; bind++) {
        expectEcho(Client.of(proxy.boundAddress("web", bind)));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void aBindWithoutAHostIsEveryAddressOfBothFamilies(String transport) throws Exception {
    try (EchoServer server = EchoServer.tcp();
        Proxy proxy = start(transport, "\":0\"", server.address())) {
      expectEcho(Client.of("127.0.0.1", proxy.boundAddress("web", 0)));
      expectEcho(Client.of("::1", proxy.boundAddress("web", 0)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void aServerMayHaveAnIpv6Address(String transport) throws Exception {
    try (EchoServer server = EchoServer.tcp();
        Proxy inner = start(transport, "\"[::1]:0\"", server.address());
        Proxy outer =
            start(transport, "\"127.0.0.1:0\"", "[::1]:" + inner.boundAddress("web", 0).port())) {
      expectEcho(Client.of(outer.boundAddress("web", 0)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void unixPathsServeAsBindAndAsServer(String transport) throws Exception {
    Path bind = directory.resolve("bind.sock");
    Path behind = directory.resolve("server.sock");
    try (LogCapture log = new LogCapture();
        EchoServer ignored = EchoServer.unix(behind);
        Proxy proxy = start(transport, "\"unix:" + bind + "\"", "unix:" + behind)) {
      expectEcho(bind);
      Awaitility.await().until(() -> proxy.sessions() == 0);
      assertThat(log.sessions()).hasSize(1);
      assertThat(log.sessions().get(0))
          .matches("unix:1 \\[date] web/?.* 3 -- 1/1/0/0/0 0/0 up=3 .*");
    }
    assertThat(bind).doesNotExist();
  }

  /** A name without a file; the JDK cannot use one, so another proxy stands at its other end. */
  @Test
  void abstractNamesServeAsBindAndAsServer() throws Exception {
    String name = "unix:@sluice-test-" + ProcessHandle.current().pid();
    try (EchoServer server = EchoServer.tcp();
        Proxy inner = start("epoll", "\"" + name + "\"", server.address());
        Proxy outer = start("epoll", "\"127.0.0.1:0\"", name)) {
      assertThat(inner.boundAddress("web", 0).toString()).isEqualTo(name);
      expectEcho(Client.of(outer.boundAddress("web", 0)));
    }
  }

  @Test
  void nioSaysThatItHasNoAbstractNames() {
    assertThatThrownBy(() -> start("nio", "\"unix:@sluice-test\"", "127.0.0.1:1"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("abstract names need the epoll transport");
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void aPathLeftByADeadProcessIsTakenAndALiveOneRefused(String transport) throws Exception {
    Path path = directory.resolve("web.sock");
    EchoServer.unix(path).close(); // The JDK leaves its path behind.
    assertThat(path).exists();
    try (EchoServer server = EchoServer.tcp();
        Proxy proxy = start(transport, "\"unix:" + path + "\"", server.address())) {
      expectEcho(path);
      assertThatThrownBy(() -> start(transport, "\"unix:" + path + "\"", server.address()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("a process still listens there");
      expectEcho(path);
      assertThat(proxy.boundAddress("web", 0).toString()).isEqualTo("unix:" + path);
    }
  }

  /** Its inode is free once ours is closed, and file systems use it again at once. */
  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void theSocketOfASuccessorOutlivesOurLastClose(String transport) throws Exception {
    Path path = directory.resolve("web.sock");
    try (EchoServer server = EchoServer.tcp();
        Proxy proxy = start(transport, "\"unix:" + path + "\"", server.address())) {
      expectEcho(path);
      Object inode = Files.getAttribute(path, "unix:ino");
      proxy.drain(Duration.ofSeconds(30));
      assertThat(path).doesNotExist();
      bindUntilInodeIs(inode, path);
      proxy.close();

      assertThat(path).exists();
    }
  }

  /** A successor's socket, with the same inode if the file system gives it to us. */
  private static void bindUntilInodeIs(Object inode, Path path) throws IOException {
    EchoServer.unix(path).close();
    for (int i = 0; i < 50 && !Files.getAttribute(path, "unix:ino").equals(inode); i++) {
      Files.delete(path);
      EchoServer.unix(path).close();
    }
  }
}
