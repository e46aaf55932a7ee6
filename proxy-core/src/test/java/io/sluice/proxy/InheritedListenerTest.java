package io.sluice.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.ConfigReader;
import io.sluice.config.SluiceConfig;
import io.sluice.linux.ErrnoException;
import io.sluice.linux.Fd;
import io.sluice.linux.FreePort;
import io.sluice.linux.Linux;
import io.sluice.linux.LinuxSyscalls;
import io.sluice.linux.NativeMemory;
import io.sluice.linux.OpenDescriptors;
import io.sluice.linux.SockAddr;
import io.sluice.linux.Syscalls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Sockets that somebody else has opened, claimed by the name that they were handed over with. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "sockets are handed over as descriptors")
@ExtendWith(OpenDescriptors.class)
class InheritedListenerTest {
  /** fcntl(2): a second descriptor of the same socket. */
  private static final int F_DUPFD_CLOEXEC = 1030;

  @TempDir private Path directory;
  private final List<Fd> ours = new ArrayList<>();
  private Syscalls sys;

  @BeforeEach
  void load() throws IOException {
    sys = LinuxSyscalls.open();
  }

  /** What a proxy did not take over. */
  @AfterEach
  void close() {
    ours.forEach(Fd::close);
  }

  private int listening(SockAddr address) throws IOException {
    int type = Linux.SOCK_STREAM | Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC;
    int fd = ErrnoException.check("socket", sys.socket(address.family(), type, 0), "");
    NativeMemory memory = NativeMemory.allocate(SockAddr.MAX_LENGTH);
    int length = address.encode(memory.buffer());
    ErrnoException.check("bind", sys.bind(fd, memory.address(), length), "");
    ErrnoException.check("listen", sys.listen(fd, 16), "");
    return fd;
  }

  private int listening() throws IOException {
    return listening(SockAddr.inet(InetAddress.getLoopbackAddress(), 0));
  }

  private static Proxy start(
      String transport, String binds, EchoServer server, Map<String, List<Integer>> inherited)
      throws Exception {
    return start(transport, binds, server, inherited, name -> {});
  }

  private static Proxy start(
      String transport,
      String binds,
      EchoServer server,
      Map<String, List<Integer>> inherited,
      Consumer<String> forget)
      throws Exception {
    SluiceConfig config =
        ConfigReader.parse(
                "test",
                "sluice { threads = 2, frontends.web { bind = "
                    + binds
                    + ", backend = app }\nbackends.app.servers.a = \""
                    + server.address()
                    + "\" }")
            .config();
    SluiceConfig.TransportChoice wanted =
        SluiceConfig.TransportChoice.valueOf(transport.toUpperCase(Locale.ROOT));
    return Proxy.start(config, TransportChoice.choose(wanted, config.pump()), inherited, forget);
  }

  private static void expectEcho(Client client) throws IOException {
    try (client) {
      assertThat(client.ask("question")).isEqualTo("question");
      assertThat(client.finish()).isEmpty();
    }
  }

  @Test
  void aBindTakesAllSocketsOfItsName() throws Exception {
    try (EchoServer server = EchoServer.tcp();
        Proxy proxy =
            start(
                "epoll",
                "[\"127.0.0.1:0\", \"systemd:web\"]",
                server,
                Map.of("web", List.of(listening(), listening())))) {
      assertThat(proxy.boundAddresses().get("web")).hasSize(3).doesNotHaveDuplicates();
      for (int bind = 0; bind < 3; bind++) {
        expectEcho(Client.of(proxy.boundAddress("web", bind)));
      }
      assertThat(proxy.sessionsTotal()).isEqualTo(3);
    }
  }

  @Test
  void aPathThatSomebodyElseBoundStaysAndKeepsItsQueue() throws Exception {
    Path path = directory.resolve("web.sock");
    int fd = listening(SockAddr.unixPath(path.toString()));
    // As the service manager does, which keeps its own for the next start.
    Fd kept = new Fd(sys, ErrnoException.check("dup", sys.fcntl(fd, F_DUPFD_CLOEXEC, 3), ""));
    ours.add(kept);
    try (EchoServer server = EchoServer.tcp()) {
      start("epoll", "\"systemd:web\"", server, Map.of("web", List.of(fd))).close();

      assertThat(path).exists();
      try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
        int second = ErrnoException.check("dup", sys.fcntl(kept.raw(), F_DUPFD_CLOEXEC, 3), "");
        try (Proxy successor =
            start("epoll", "\"systemd:web\"", server, Map.of("web", List.of(second)))) {
          assertThat(successor.boundAddress("web", 0)).hasToString("unix:" + path);
          expectEcho(client);
        }
      }
    }
  }

  private static Map<String, List<Integer>> asInherited(Map<String, Integer> descriptors) {
    Map<String, List<Integer>> all = new HashMap<>();
    descriptors.forEach((name, fd) -> all.put(name, List.of(fd)));
    return all;
  }

  /** As whoever keeps them does. */
  private Map<String, Integer> duplicates(Map<String, Integer> descriptors) throws IOException {
    Map<String, Integer> all = new HashMap<>();
    for (Map.Entry<String, Integer> one : descriptors.entrySet()) {
      int fd = ErrnoException.check("dup", sys.fcntl(one.getValue(), F_DUPFD_CLOEXEC, 3), "");
      all.put(one.getKey(), fd);
    }
    return all;
  }

  @Test
  void socketThatAnEarlierProcessOpenedIsGoneOnWith() throws Exception {
    String bind = "127.0.0.1:" + FreePort.any();
    String binds = "[\"" + bind + "\", \"127.0.0.1:0\"]";
    try (EchoServer server = EchoServer.tcp()) {
      Map<String, Integer> kept;
      SockAddr address;
      try (Proxy first = start("epoll", binds, server, Map.of())) {
        assertThat(first.openedSockets()).hasSize(1);
        kept = duplicates(first.openedSockets());
        address = first.boundAddress("web", 0);
      }
      try (Client waiting = Client.of(address);
          Proxy second = start("epoll", binds, server, asInherited(kept))) {
        assertThat(second.boundAddress("web", 0)).isEqualTo(address);
        assertThat(second.openedSockets()).containsOnlyKeys(kept.keySet());
        assertThat(waiting.ask("question")).isEqualTo("question");
      }
    }
  }

  /** A proxy that listens on {@code path} and ends as one whose socket somebody keeps. */
  private Map<String, Integer> keptUnix(String bind, EchoServer server) throws Exception {
    try (Proxy first = start("epoll", bind, server, Map.of())) {
      assertThat(first.openedSockets()).hasSize(1);
      first.leavePaths(true);
      return duplicates(first.openedSockets());
    }
  }

  private static void expectEcho(SocketChannel client) throws IOException {
    client.write(ByteBuffer.wrap(new byte[] {7}));
    ByteBuffer answer = ByteBuffer.allocate(1);
    assertThat(client.read(answer)).isEqualTo(1);
    assertThat(answer.get(0)).isEqualTo((byte) 7);
  }

  @Test
  void unixPathOutlivesItsProcessAndEndsWithTheNext() throws Exception {
    Path path = directory.resolve("own.sock");
    String bind = "\"unix:" + path + "\", listen.unix-mode = \"0640\"";
    try (EchoServer server = EchoServer.tcp()) {
      Map<String, Integer> kept = keptUnix(bind, server);
      Object file = Files.readAttributes(path, BasicFileAttributes.class).fileKey();

      try (SocketChannel waiting = SocketChannel.open(UnixDomainSocketAddress.of(path));
          Proxy second = start("epoll", bind, server, asInherited(kept))) {
        assertThat(second.openedSockets()).containsOnlyKeys(kept.keySet());
        expectEcho(waiting);
        assertThat(Files.readAttributes(path, BasicFileAttributes.class).fileKey()).isEqualTo(file);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
            .isEqualTo("rw-r-----");
      }
      assertThat(path).doesNotExist();
    }
  }

  @Test
  void unixPathThatIsGoneIsMadeAnew() throws Exception {
    Path path = directory.resolve("own.sock");
    String bind = "\"unix:" + path + "\"";
    try (EchoServer server = EchoServer.tcp()) {
      Map<String, Integer> kept = keptUnix(bind, server);
      Files.move(path, directory.resolve("elsewhere"));
      Files.createFile(path);
      assertThatThrownBy(() -> start("epoll", bind, server, asInherited(duplicates(kept))))
          .hasMessageContaining("it exists and is not a socket");
      Files.delete(path);

      List<String> forgotten = new ArrayList<>();
      try (Proxy second = start("epoll", bind, server, asInherited(kept), forgotten::add);
          SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
        assertThat(forgotten).containsExactlyElementsOf(kept.keySet());
        assertThat(second.openedSockets()).hasSize(1).doesNotContainKeys(forgotten.get(0));
        expectEcho(client);
      }
    }
  }

  @Test
  void unixPathThatNoBindWantsIsRemoved() throws Exception {
    Path path = directory.resolve("own.sock");
    try (EchoServer server = EchoServer.tcp()) {
      Map<String, Integer> kept = keptUnix("\"unix:" + path + "\"", server);
      assertThat(path).exists();

      List<String> forgotten = new ArrayList<>();
      try (Proxy second =
          start("epoll", "\"127.0.0.1:0\"", server, asInherited(kept), forgotten::add)) {
        assertThat(second.boundAddresses().get("web")).hasSize(1);
        assertThat(forgotten).containsExactlyElementsOf(kept.keySet());
        assertThat(path).doesNotExist();
      }
    }
  }

  @Test
  void abstractNameOutlivesItsProcess() throws Exception {
    String name = "sluice-kept-" + ProcessHandle.current().pid();
    String bind = "\"unix:@" + name + "\"";
    try (EchoServer server = EchoServer.tcp()) {
      Map<String, Integer> kept = keptUnix(bind, server);

      try (Proxy second = start("epoll", bind, server, asInherited(kept))) {
        assertThat(second.boundAddress("web", 0)).hasToString("unix:@" + name);
        assertThat(second.openedSockets()).containsOnlyKeys(kept.keySet());
      }
    }
  }

  @Test
  void keptSocketThatNoBindWantsIsLetGoOfBeforeItIsInTheWay() throws Exception {
    int port = FreePort.any();
    try (EchoServer server = EchoServer.tcp()) {
      Map<String, Integer> kept;
      try (Proxy first = start("epoll", "\"127.0.0.1:" + port + "\"", server, Map.of())) {
        kept = duplicates(first.openedSockets());
      }
      List<String> forgotten = new ArrayList<>();
      try (Proxy second =
          start("epoll", "\":" + port + "\"", server, asInherited(kept), forgotten::add)) {
        assertThat(forgotten).containsExactlyElementsOf(kept.keySet());
        assertThat(second.openedSockets()).hasSize(1).doesNotContainKeys(forgotten.get(0));
        expectEcho(Client.of("127.0.0.1", second.boundAddress("web", 0)));
      }
    }
  }

  @Test
  void nioSaysHowToGetRidOfAKeptSocket() throws Exception {
    String bind = "\"127.0.0.1:" + FreePort.any() + "\"";
    try (EchoServer server = EchoServer.tcp()) {
      Map<String, Integer> kept;
      try (Proxy first = start("epoll", bind, server, Map.of())) {
        kept = duplicates(first.openedSockets());
      }
      kept.values().forEach(fd -> ours.add(new Fd(sys, fd)));
      for (String next : List.of(bind, "\"127.0.0.1:0\"")) {
        assertThatThrownBy(() -> start("nio", next, server, asInherited(kept)))
            .isInstanceOf(IOException.class)
            .hasMessageStartingWith("cannot take back the socket of ")
            .hasMessageEndingWith(
                "transport nio cannot take over sockets; use epoll; stop the service and start it"
                    + " again, which lets go of it");
      }
    }
  }

  @Test
  void addressIsWaitedForWhereItsKeeperIsSlow() throws Exception {
    int port = FreePort.any();
    try (EchoServer server = EchoServer.tcp()) {
      Map<String, Integer> kept;
      Map<String, Integer> keepers;
      try (Proxy first = start("epoll", "\"127.0.0.1:" + port + "\"", server, Map.of())) {
        kept = duplicates(first.openedSockets());
        keepers = duplicates(first.openedSockets());
      }
      Fd keeper = new Fd(sys, keepers.values().iterator().next());
      Executor later = CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS);
      try (Proxy second =
          start(
              "epoll",
              "\":" + port + "\"",
              server,
              asInherited(kept),
              name -> later.execute(keeper::close))) {
        expectEcho(Client.of("127.0.0.1", second.boundAddress("web", 0)));
      }
    }
  }

  @Test
  void nameThatWasNotHandedOverIsAnError() throws Exception {
    try (EchoServer server = EchoServer.tcp()) {
      assertThatThrownBy(() -> start("epoll", "\"systemd:web\"", server, Map.of()))
          .isInstanceOf(IOException.class)
          .hasMessage(
              "frontend web: cannot listen on systemd:web: no sockets were handed over; start the"
                  + " .socket unit, which starts the service");
      int other = listening();
      ours.add(new Fd(sys, other));
      assertThatThrownBy(
              () -> start("epoll", "\"systemd:web\"", server, Map.of("www", List.of(other))))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith(
              "frontend web: cannot listen on systemd:web: only sockets named \"www\" were handed"
                  + " over; FileDescriptorName=");
    }
  }

  @Test
  void socketThatNobodyClaimsIsAnErrorAndNothingIsLeftOpen() throws Exception {
    int other = listening();
    ours.add(new Fd(sys, other));
    int web = listening();
    try (EchoServer server = EchoServer.tcp()) {
      assertThatThrownBy(
              () ->
                  start(
                      "epoll",
                      "\"systemd:web\"",
                      server,
                      Map.of("web", List.of(web), "admin", List.of(other))))
          .isInstanceOf(IOException.class)
          .hasMessage(
              "no bind claims the inherited sockets named \"admin\": add bind = \"systemd:admin\" to"
                  + " a frontend, or take them out of the .socket unit");
    }
  }

  @Test
  void nioSaysThatItCannot() throws Exception {
    int web = listening();
    ours.add(new Fd(sys, web));
    try (EchoServer server = EchoServer.tcp()) {
      assertThatThrownBy(() -> start("nio", "\"systemd:web\"", server, Map.of("web", List.of(web))))
          .isInstanceOf(IOException.class)
          .hasMessage(
              "frontend web: cannot listen on systemd:web: transport nio cannot take over sockets;"
                  + " use epoll (asked for)");
    }
  }
}
