package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.SockAddr;
import io.sluice.stats.Counter;
import io.sluice.wire.ProxyHeader;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client says before a server is looked for, cut into segments at will. */
class GreetingTest {
  private static final String REQUIRE = "accept-proxy-protocol.otherwise = require\n";
  private static final String ACCEPT = "accept-proxy-protocol.otherwise = accept\n";
  private static final String HEADER = "PROXY TCP4 192.0.2.7 198.51.100.9 4711 443\r\n";

  private static String v2(String source, int port) throws IOException {
    byte[] header =
        ProxyHeader.v2(
            SockAddr.inet(InetAddress.getByName(source), port),
            SockAddr.inet(InetAddress.getByName("198.51.100.9"), 443),
            List.of(ProxyHeader.Tlv.text(ProxyHeader.UNIQUE_ID, "four")));
    return new String(header, StandardCharsets.ISO_8859_1);
  }

  @ParameterizedTest
  @CsvSource({"epoll, v1", "epoll, v2", "nio, v1", "nio, v2"})
  void aHeaderInEveryTwoPiecesIsTakenOff(String transport, String version) throws Exception {
    String header = version.equals("v1") ? HEADER : v2("192.0.2.7", 4711);
    try (LoopHarness harness = LoopHarness.over(transport, 1, REQUIRE);
        LogCapture log = new LogCapture()) {
      for (int split = 1; split <= header.length(); split++) {
        Peer client = harness.client();
        client.send(header.substring(0, split));
        harness.turns(2);
        client.send(header.substring(split) + "payload");
        Peer server = harness.accepted(0);
        harness.expect(server, "payload");
        client.finish();
        server.finish();
        harness.expectNoSessions();
      }
      harness.expectNothingLeft();
      assertThat(log.sessions())
          .hasSize(header.length())
          .allMatch(line -> line.startsWith("192.0.2.7:4711 [date] web app/s0 0/0/0 0 -- "));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void byteByByteWithTheHelloBehindIt(String transport) throws Exception {
    try (LoopHarness harness =
        LoopHarness.over(transport, 2, REQUIRE + named("s1.example", "other", 1))) {
      String hello = TestHello.of("s1.example");
      Peer client = harness.client();
      for (char c : (HEADER + hello).toCharArray()) {
        client.send(String.valueOf(c));
        harness.turns(1);
      }
      Peer server = harness.accepted(1);
      harness.expect(server, hello);
    }
  }

  /** Routes {@code name} to a backend of its own with server number {@code origin}. */
  private static String named(String name, String backend, int origin) {
    return "server-names { \""
        + name
        + "\" = "
        + backend
        + " }\nbackends."
        + backend
        + ".servers.x = \"127.0.0.1:ORIGIN"
        + origin
        + "\"\n";
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void whatIsNoHeaderEndsTheConnectionAtItsFirstWrongByte(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 1, REQUIRE);
        LogCapture log = new LogCapture()) {
      Peer client = harness.client();
      client.send("PROXX");
      harness.turnUntil("the end", () -> client.read().isEof() || client.isBroken());
      harness.expectNothingLeft();

      assertThat(log.sessions().get(0))
          .endsWith(" web/1: Received something which does not look like a PROXY protocol header");
      assertThat(harness.counted(Counter.CLOSED_PROXY_HEADER)).isEqualTo(1);
      assertThat(harness.counted(Counter.CONNECT_ATTEMPTS)).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void theWaysInWhichAHeaderCanBeMissing(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 1, REQUIRE);
        LogCapture log = new LogCapture()) {
      harness.client().finish();
      harness.turnUntil("a line", () -> log.sessions().size() == 1);
      harness.client().send("PROXY TCP4 1").finish();
      harness.turnUntil("a line", () -> log.sessions().size() == 2);
      harness.client().send("PROXY TCP4 1.2.3.4 1.2.3.4 1 70000\r\n");
      harness.turnUntil("a line", () -> log.sessions().size() == 3);
      harness.client().send("PROXY TCP4 1");
      harness.turnUntil("a session", () -> harness.sessions.size() == 1);
      harness.pass(Duration.ofSeconds(4));
      assertThat(harness.sessions.size()).isEqualTo(1);
      harness.pass(Duration.ofSeconds(2));
      harness.expectNothingLeft();

      List<String> ends =
          log.sessions().stream()
              .map(line -> line.substring(line.indexOf(" web/1: ") + 8))
              .toList();
      assertThat(ends)
          .containsExactly(
              "Connection closed while waiting for PROXY protocol header",
              "Truncated PROXY protocol header received",
              "Received an invalid PROXY protocol header",
              "Timeout while waiting for PROXY protocol header");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void aHeaderThatMayBeThereIsMissedAtTheFirstOtherByte(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 1, ACCEPT);
        LogCapture log = new LogCapture()) {
      Peer client = harness.client();
      client.send("GET");
      Peer server = harness.accepted(0);
      harness.expect(server, "GET");
      client.finish();
      server.finish();
      harness.expectNothingLeft();

      assertThat(log.sessions().get(0)).startsWith("127.0.0.1:").contains(" -- ");
    }
  }

  /** A client that waits for the server to speak first. */
  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void whoMaySendAHeaderAndSaysNothingIsServedLate(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 1, ACCEPT)) {
      Peer client = harness.client();
      harness.turnUntil("a session", () -> harness.sessions.size() == 1);
      harness.pass(Duration.ofSeconds(6));
      Peer server = harness.accepted(0);
      server.send("220 ready");
      harness.expect(client, "220 ready");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void anIgnoredHeaderIsTakenOffAndNotBelieved(String transport) throws Exception {
    String settings = "accept-proxy-protocol.ignore = \"127.0.0.0/8\"\n";
    try (LoopHarness harness = LoopHarness.over(transport, 1, settings);
        LogCapture log = new LogCapture()) {
      Peer client = harness.client();
      client.send(HEADER + "payload").finish();
      Peer server = harness.accepted(0);
      harness.expect(server, "payload");
      server.finish();
      harness.expectNothingLeft();

      assertThat(log.sessions().get(0)).startsWith("127.0.0.1:");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void whoMustNotSendAHeaderIsSentAwayIfItDoes(String transport) throws Exception {
    String settings = "accept-proxy-protocol.reject = \"127.0.0.0/8\"\n";
    try (LoopHarness harness = LoopHarness.over(transport, 1, settings);
        LogCapture log = new LogCapture()) {
      Peer polite = harness.client();
      polite.send("hello");
      harness.expect(harness.accepted(0), "hello");
      Peer client = harness.client();
      client.send(HEADER);
      harness.turnUntil("a line", () -> log.sessions().size() == 1);

      assertThat(log.sessions().get(0))
          .endsWith(" web/1: Received a PROXY protocol header where none is allowed");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void localMeansTheConnectionItself(String transport) throws Exception {
    String local = new String(ProxyHeader.local(), StandardCharsets.ISO_8859_1);
    try (LoopHarness harness = LoopHarness.over(transport, 1, REQUIRE);
        LogCapture log = new LogCapture()) {
      harness.client().send(local + "x").finish();
      Peer server = harness.accepted(0);
      harness.expect(server, "x");
      server.finish();
      harness.expectNothingLeft();

      assertThat(log.sessions().get(0)).startsWith("127.0.0.1:").contains(" -- ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void theSourceMustBeLetInToo(String transport) throws Exception {
    String settings = REQUIRE + "deny = \"192.0.2.0/24\"\n";
    try (LoopHarness harness = LoopHarness.over(transport, 1, settings);
        LogCapture log = new LogCapture()) {
      Peer denied = harness.client();
      denied.send(HEADER);
      harness.expectReset(denied);
      harness.client().send(HEADER.replace("192.0.2.7", "203.0.113.7") + "x");
      harness.expect(harness.accepted(0), "x");

      assertThat(log.sessions().get(0)).startsWith("192.0.2.7:4711 ").contains(" PR ");
      assertThat(harness.counted(Counter.CLOSED_DENIED)).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "epoll, a.example, 1", "epoll, x.b.example, 1", "epoll, b.example, 0", "epoll, c.example, 0",
    "nio, a.example, 1", "nio, x.b.example, 1", "nio, b.example, 0", "nio, c.example, 0",
  })
  void theServerNameLeadsToItsBackend(String transport, String name, int origin) throws Exception {
    String settings = named("A.example.", "other", 1).replace("}", ", \"*.b.example\" = other }");
    try (LoopHarness harness = LoopHarness.over(transport, 2, settings);
        LogCapture log = new LogCapture()) {
      String hello = TestHello.of(name);
      Peer client = harness.client();
      client.send(hello).finish();
      Peer server = harness.accepted(origin);
      harness.expect(server, hello);
      server.finish();
      harness.expectNothingLeft();

      assertThat(log.sessions().get(0)).contains(origin == 1 ? " web other/x " : " web app/s0 ");
      assertThat(harness.backends.get("other").sessions().get()).isZero();
      assertThat(harness.backends.get("other").counters().sum(Counter.SESSIONS)).isEqualTo(origin);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void whatIsNoHelloGoesToTheBackendAtOnce(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 2, named("a.example", "other", 1))) {
      Peer client = harness.client();
      client.send("SSH-2.0");
      harness.expect(harness.accepted(0), "SSH-2.0");
    }
  }

  /** A server that speaks first would wait for ever, and so would its client. */
  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void silenceGoesToTheBackendAfterTheInspectTimeout(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 2, named("a.example", "other", 1));
        LogCapture log = new LogCapture()) {
      Peer client = harness.client();
      harness.turnUntil("a session", () -> harness.sessions.size() == 1);
      harness.pass(Duration.ofMillis(2900));
      assertThat(harness.counted(Counter.CONNECT_ATTEMPTS)).isZero();
      harness.pass(Duration.ofMillis(200));
      Peer server = harness.accepted(0);
      server.send("220 ready").finish();
      harness.expect(client, "220 ready");
      client.finish();
      harness.expectNothingLeft();

      assertThat(log.sessions().get(0)).contains(" web app/s0 3100/0/3100 9 -- ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void halfAHelloAndAnEndGoesToTheBackend(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 2, named("a.example", "other", 1))) {
      String half = TestHello.of("a.example").substring(0, 20);
      harness.client().send(half).finish();
      Peer server = harness.accepted(0);
      harness.expectEof(server);

      assertThat(server.text()).isEqualTo(half);
    }
  }

  @Test
  void aSessionMayBeKilledWhileItIsListenedTo() throws Exception {
    try (LoopHarness harness = LoopHarness.epoll(REQUIRE)) {
      Peer client = harness.client();
      harness.turnUntil("a session", () -> harness.sessions.size() == 1);
      harness.sessions.closeAll(CloseReason.KILLED);
      harness.expectEof(client);
      harness.expectNothingLeft();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void aResetWhileItIsListenedToEndsIt(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 2, named("a.example", "other", 1))) {
      Peer client = harness.client();
      client.send("\u0016");
      harness.turnUntil("a session", () -> harness.sessions.size() == 1);
      client.reset();
      harness.expectNothingLeft();
    }
  }
}
