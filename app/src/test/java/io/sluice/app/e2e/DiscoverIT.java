package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.app.e2e.Unbound.Question;
import io.sluice.linux.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that real name servers tell: dnsmasq and unbound. */
@EndToEnd
class DiscoverIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir Path folder;

  private NamedServers servers;
  private int dns;

  @BeforeEach
  void begin() throws IOException {
    servers = NamedServers.to(5);
    dns = FreePort.any();
  }

  @AfterEach
  void end() throws IOException {
    servers.close();
  }

  private Sluice run(String transport, String resolvers, String discover) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("sluice.conf"),
            """
            sluice {
              transport = %s
              threads = 1
              frontends.f { bind = "127.0.0.1:0", backend = b }
              discover { slots = 3, timeout = 2s, retry-interval = 200ms, resolvers = %s }
              backends.b.discover { %s }
            }
            """
                .formatted(transport, resolvers, discover));
    return Sluice.start(folder, new SluiceJvm(), List.of("run", "-c", file.toString()));
  }

  private String resolver() {
    return "\"127.0.0.1:" + dns + "\"";
  }

  private String addresses() {
    return "name = app.test, type = a, port = " + servers.port();
  }

  private static void await(Sluice sluice, String line) throws IOException {
    sluice.program().awaitStderr(Pattern.compile(line), LIMIT);
  }

  private static long count(Sluice sluice, String words) throws IOException {
    return sluice.stderr().lines().filter(line -> line.contains(words)).count();
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void addressesComeAndGoAndSessionsStay(String transport) throws IOException {
    try (Dnsmasq names = Dnsmasq.start(folder, dns, "127.0.0.2 app.test", "127.0.0.3 app.test");
        Sluice sluice = run(transport, resolver(), addresses());
        Socket established = sluice.connect()) {
      assertThat(sluice.stderr()).contains("b: dns:app.test");
      assertThat(NamedServers.server(established)).isEqualTo(2);
      assertThat(NamedServers.spread(sluice, 10)).isEqualTo(Map.of(2, 5, 3, 5));

      sluice.awaitSessions(10); // Only the established one is left.

      names.knows("127.0.0.3 app.test", "127.0.0.4 app.test", "127.0.0.5 app.test");

      await(sluice, "b/slot1 changed its IP from \\(none\\) to 127\\.0\\.0\\.4:\\d+ by DNS");
      await(sluice, "b/slot3 changed its IP from \\(none\\) to 127\\.0\\.0\\.5:\\d+ by DNS");
      await(
          sluice,
          Pattern.quote(
              "Server b/slot1 is going DOWN for maintenance (No IP for server). 1 active and 0"
                  + " backup servers left. 1 sessions active, 0 requeued, 0 remaining in queue."));
      await(
          sluice,
          Pattern.quote(
              "Server b/slot3 is UP (resolves again). 3 active and 0 backup servers online."));
      assertThat(NamedServers.spread(sluice, 12)).isEqualTo(Map.of(3, 4, 4, 4, 5, 4));
      assertThat(NamedServers.isAlive(established)).isTrue();

      names.knows("127.0.0.3 app.test");

      await(sluice, "Server b/slot1 is going DOWN .*\n(.*\n)*.*Server b/slot1 is going DOWN ");
      await(sluice, "Server b/slot3 is going DOWN ");
      assertThat(NamedServers.spread(sluice, 4)).isEqualTo(Map.of(3, 4));
      assertThat(NamedServers.isAlive(established)).isTrue();
      established.close();
      assertThat(sluice.stop()).isZero();
      assertThat(sluice.stderr()).doesNotContain("ERROR", "defect", "dnsjava");
    }
  }

  @Test
  void servicesTellPortsWeightsAndPriorities() throws IOException {
    String hosts = ".test. 1 IN A 127.0.0.";
    String srv = "_app._tcp.test. 1 IN SRV ";
    String at = " " + servers.port() + " ";
    try (Unbound names =
            Unbound.start(
                folder,
                dns,
                srv + "10 3" + at + "two.test.",
                srv + "10 1" + at + "three.test.",
                srv + "20 9" + at + "four.test.",
                "two" + hosts + 2,
                "three" + hosts + 3,
                "four" + hosts + 4);
        Sluice sluice = run("auto", resolver(), "name = _app._tcp.test, type = srv")) {
      assertThat(NamedServers.spread(sluice, 40)).isEqualTo(Map.of(2, 30, 3, 10));

      names.knows(
          srv + "10 50" + at + "two.test.",
          srv + "10 50" + at + "five.test.",
          srv + "20 9" + at + "four.test.",
          "two" + hosts + 2,
          "five" + hosts + 5,
          "four" + hosts + 4);
      await(sluice, "changed its IP from \\(none\\) to 127\\.0\\.0\\.5:");
      assertThat(NamedServers.spread(sluice, 40)).isEqualTo(Map.of(2, 20, 5, 20));

      names.knows(
          srv + "10 50" + at + "gone.test.", srv + "20 9" + at + "four.test.", "four" + hosts + 4);
      await(sluice, "Running on backup\\.");
      assertThat(NamedServers.spread(sluice, 4)).isEqualTo(Map.of(4, 4));
    }
  }

  @Test
  void anAnswerIsAskedForAgainWhenItsTimeIsOverAndNotBefore() throws IOException {
    try (Unbound names =
            Unbound.start(
                folder,
                dns,
                "quick.test. 1 IN A 127.0.0.2",
                "slow.test. 1000 IN A 127.0.0.3",
                "alias.test. 1 IN CNAME far.test.",
                "far.test. 1000 IN A 127.0.0.5",
                "bounded.test. 1000 IN A 127.0.0.4");
        Sluice sluice =
            run(
                "auto",
                resolver(),
                """
                name = quick.test, port = 1 }
                backends.slow { discover { name = slow.test, port = 1 } }
                backends.alias { discover { name = alias.test, port = 1 } }
                backends.bounded { discover { name = bounded.test, port = 1, ttl-max = 2s }
                """)) {
      names.program().await("four questions", LIMIT, () -> untilFourth(names).size() >= 4);

      List<Question> asked = untilFourth(names);
      assertThat(count(asked, "slow.test")).isEqualTo(1);
      assertThat(count(asked, "alias.test")).isBetween(3L, 5L);
      assertThat(count(asked, "bounded.test")).isBetween(2L, 3L);
      List<Question> quick = asked.stream().filter(one -> one.name().equals("quick.test")).toList();
      assertThat(quick.get(3).second() - quick.get(0).second())
          .as("once a second, of which the first and the last may be cut")
          .isGreaterThanOrEqualTo(2);
      assertThat(sluice.stop()).isZero();
    }
  }

  /** All questions up to the fourth for the quick name; none where it is not there yet. */
  private static List<Question> untilFourth(Unbound names) {
    List<Question> until = new ArrayList<>();
    try {
      for (Question question : names.questions()) {
        until.add(question);
        if (question.name().equals("quick.test") && count(until, "quick.test") == 4) {
          return until;
        }
      }
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long count(List<Question> asked, String name) {
    return asked.stream().filter(question -> question.name().equals(name)).count();
  }

  @Test
  void theLastGoodAnswerIsHeldWhileNoNameServerAnswers() throws IOException {
    try (Dnsmasq names = Dnsmasq.start(folder, dns, "127.0.0.2 app.test");
        Sluice sluice = run("auto", resolver(), addresses())) {
      assertThat(NamedServers.spread(sluice, 2)).isEqualTo(Map.of(2, 2));

      names.close();
      await(
          sluice,
          "backend b: app\\.test cannot be resolved, DNS timeout status: 127\\.0\\.0\\.1:"
              + dns
              + " does not answer; what the last good answer told stays");
      assertThat(NamedServers.spread(sluice, 2)).isEqualTo(Map.of(2, 2));

      try (Dnsmasq again = Dnsmasq.start(folder, dns, "127.0.0.3 app.test")) {
        await(sluice, "backend b: app\\.test resolves again");
        await(sluice, "b/slot1 changed its IP from \\(none\\) to 127\\.0\\.0\\.3:");
        assertThat(NamedServers.spread(sluice, 2)).isEqualTo(Map.of(3, 2));
        again.knows("127.0.0.3 other.test");
        await(sluice, "app\\.test cannot be resolved, DNS NX status: there is no such name, says");
        assertThat(NamedServers.spread(sluice, 2)).as("hold-nx").isEqualTo(Map.of(3, 2));
      }
      assertThat(count(sluice, "DNS timeout status")).as("once, not for each try").isLessThan(3);
    }
  }

  @Test
  void aProxyStartsWithoutNameServersAndFindsServersLater() throws IOException {
    try (Sluice sluice = run("auto", resolver(), addresses() + ", retries = 1, hold-nx = 0s")) {
      await(sluice, "app\\.test cannot be resolved, .*; it tells no servers now");
      assertThat(NamedServers.spread(sluice, 1)).isEqualTo(Map.of(-1, 1));
      assertThat(sluice.awaitSessions(1).get(0).state()).isEqualTo("SC");

      try (Dnsmasq names = Dnsmasq.start(folder, dns, "127.0.0.2 app.test")) {
        await(sluice, "Server b/slot1 is UP \\(resolves again\\)\\. 1 active and 0 backup");
        assertThat(NamedServers.spread(sluice, 2)).isEqualTo(Map.of(2, 2));

        names.knows("127.0.0.3 other.test");
        await(sluice, "Server b/slot1 is going DOWN for maintenance \\(DNS NX status\\)\\.");
        await(sluice, "proxy b has no server available!");
        assertThat(NamedServers.spread(sluice, 1)).isEqualTo(Map.of(-1, 1));
      }
    }
  }

  /** It waits for one attempt at the first, so that the servers are there when it listens. */
  @Test
  void theSecondNameServerIsAskedWhenTheFirstIsSilent() throws IOException {
    try (DatagramSocket silent = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        Dnsmasq names = Dnsmasq.start(folder, dns, "127.0.0.2 app.test")) {
      String both = "[\"127.0.0.1:" + silent.getLocalPort() + "\", " + resolver() + "]";
      try (Sluice sluice = run("auto", both, addresses())) {
        assertThat(NamedServers.spread(sluice, 2)).isEqualTo(Map.of(2, 2));
        names.knows("127.0.0.4 app.test");
        await(sluice, "b/slot1 changed its IP from \\(none\\) to 127\\.0\\.0\\.4:");
        assertThat(count(sluice, "cannot be resolved")).isZero();
      }
    }
  }
}
