package io.sluice.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.ConfigReader;
import io.sluice.config.Sampling;
import io.sluice.config.SluiceConfig;
import io.sluice.linux.OpenDescriptors;
import io.sluice.mirror.MirrorCounter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Mirrors that change while sessions are mirrored. */
@ExtendWith(OpenDescriptors.class)
class ReloadMirrorTest {
  @TempDir Path folder;

  private static SluiceConfig config(EchoServer server, String more) throws Exception {
    String hocon =
        """
        sluice {
          transport = epoll, threads = 2
          frontends.web { bind = "127.0.0.1:0", backend = app }
          backends.app.servers.a = "SERVER"
          MORE
        }
        """
            .replace("SERVER", server.address())
            .replace("MORE", more);
    return ConfigReader.parse("test", hocon).config();
  }

  private static String mirror(String terms) {
    return "frontends.web.mirror = m, mirrors.m { max-lag = none, " + terms + " }";
  }

  private static Client served(Proxy proxy) throws IOException {
    Client client = Client.of(proxy.boundAddress("web", 0));
    assertThat(client.ask("hello")).isEqualTo("hello");
    return client;
  }

  private static long sum(Proxy proxy, MirrorCounter counter) {
    return proxy.snapshot().mirrors().get("m").counters().get(counter);
  }

  private static List<String> writers() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("sluice-capture-"))
        .toList();
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  @Test
  void sessionsStayWithTheTargetThatTheyBeganWith() throws Exception {
    try (EchoServer server = EchoServer.tcp();
        EchoServer former = EchoServer.tcp();
        EchoServer next = EchoServer.tcp();
        Proxy proxy = Proxy.start(config(server, mirror("to = \"" + former.address() + "\"")));
        Client before = served(proxy)) {
      Awaitility.await().until(() -> sum(proxy, MirrorCounter.BYTES) == 5);
      proxy.reload(config(server, mirror("to = \"" + next.address() + "\"")));
      try (Client after = served(proxy)) {
        assertThat(before.ask("1234")).isEqualTo("1234");
        Awaitility.await().until(() -> sum(proxy, MirrorCounter.BYTES) == 14);
        // The kernel takes bytes for a connection before its server accepts it.
        Awaitility.await().until(() -> former.accepted() == 1 && next.accepted() == 1);
        assertThat(sum(proxy, MirrorCounter.SESSIONS)).isEqualTo(2);

        proxy.reload(config(server, ""));
        assertThat(after.ask("!") + before.ask("?")).isEqualTo("!?");
        assertThat(former.accepted() + next.accepted()).isEqualTo(2);
        assertThat(proxy.snapshot().mirrors()).isEmpty();
      }
    }
  }

  @Test
  void oneFileNeverHasTwoWriters() throws Exception {
    String to = "to = \"pcapng:" + folder.resolve("all.pcapng") + "\", ";
    try (EchoServer server = EchoServer.tcp();
        Proxy proxy = Proxy.start(config(server, mirror(to)));
        Client before = served(proxy)) {
      proxy.reload(config(server, mirror(to + "when-slow = block, max-sessions = 1")));
      assertThat(writers()).containsExactly("sluice-capture-m");
      try (Client beyond = served(proxy)) {
        assertThat(sum(proxy, MirrorCounter.OVER_LIMIT)).isEqualTo(1);
        assertThat(beyond.finish()).isEmpty();
      }
      assertThat(before.ask("still")).isEqualTo("still");
      proxy.reload(config(server, mirror(to + "max-sessions = 2")));
      try (Client second = served(proxy)) {
        assertThat(second.finish()).isEmpty();
      }
      assertThat(before.finish()).isEmpty();
      Awaitility.await().until(() -> proxy.snapshot().mirrors().get("m").active() == 0);
      assertThat(sum(proxy, MirrorCounter.SESSIONS)).isEqualTo(2);
      // hello, still and hello again, there only.
      assertThat(sum(proxy, MirrorCounter.BYTES)).isEqualTo(15);
      assertThat(files()).containsExactly(folder.resolve("all.pcapng"));
      assertThat(writers()).containsExactly("sluice-capture-m");
    }
    assertThat(writers()).isEmpty();
  }

  @Test
  void theWriterOfAMirrorThatIsGoneEndsWithItsLastSession() throws Exception {
    String to = "to = \"file:" + folder + "/{session}\"";
    try (EchoServer server = EchoServer.tcp();
        Proxy proxy = Proxy.start(config(server, mirror(to)));
        Client before = served(proxy)) {
      proxy.reload(config(server, ""));
      assertThat(writers()).containsExactly("sluice-capture-m");
      assertThat(before.ask(" and more")).isEqualTo(" and more");
      assertThat(before.finish()).isEmpty();

      Awaitility.await().until(() -> writers().isEmpty());
      assertThat(files()).hasSize(1);
      assertThat(files().get(0)).hasContent("hello and more");
    }
  }

  @Test
  void whatWasChangedAtRunTimeStaysUnlessItsKeyChanges() throws Exception {
    try (EchoServer server = EchoServer.tcp();
        EchoServer target = EchoServer.tcp()) {
      String to = "to = \"" + target.address() + "\", ";
      try (Proxy proxy = Proxy.start(config(server, mirror(to)))) {
        proxy.mirror("m").sample(Sampling.parse("0%"));
        proxy.mirror("m").maxSessions(7);

        proxy.reload(config(server, mirror(to + "when-slow = block, max-sessions = 9")));

        assertThat(proxy.mirror("m").sampling()).isEqualTo(Sampling.parse("0%"));
        assertThat(proxy.mirror("m").maxSessions()).isEqualTo(9);
        proxy.reload(config(server, mirror(to + "sample = 1/2, max-sessions = 9")));
        assertThat(proxy.mirror("m").sampling()).isEqualTo(Sampling.parse("1/2"));
      }
    }
  }
}
