package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The line of a closed session, letter by letter, in the situations that HAProxy users know. */
class SessionLogTest {
  @AutoClose private final LogCapture log = new LogCapture();

  private static String from(Peer client) throws IOException {
    return "127.0.0.1:" + ((InetSocketAddress) client.channel().getLocalAddress()).getPort();
  }

  private void expectLine(String line) {
    assertThat(log.sessions()).containsExactly(line);
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void normalClose(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 1, "pump.mode = copy")) {
      LoopHarness.Pair pair = harness.pair();
      String client = from(pair.client());
      pair.client().send("question");
      harness.expect(pair.server(), "question");
      harness.pass(Duration.ofMillis(1234));
      pair.server().send("echo").finish();
      harness.expectEof(pair.client());
      pair.client().finish();
      harness.expectNothingLeft();

      expectLine(
          client
              + " [date] web app/s0 0/0/1234 4 -- 1/1/0/0/0 0/0 up=8 spliced=0%"
              + " \"both sides finished\"");
    }
  }

  @Test
  void splicedBytesAreShownAsTheirShare() throws Exception {
    try (LoopHarness harness = LoopHarness.epoll("pump { mode = splice, pipe-budget = 8192 }")) {
      LoopHarness.Pair pair = harness.pair();
      String client = from(pair.client());
      pair.client().send("question").finish();
      harness.expectEof(pair.server());
      pair.server().finish();
      harness.expectNothingLeft();

      expectLine(
          client
              + " [date] web app/s0 0/0/0 0 -- 1/1/0/0/0 0/0 up=8 spliced=100%"
              + " \"both sides finished\"");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void refused(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 1, "")) {
      harness.origins.get(0).close();
      Peer client = harness.client();
      harness.expectEof(client);

      expectLine(
          from(client)
              + " [date] web app/s0 0/-1/0 0 SC 1/1/0/0/0 0/0 up=0 spliced=0%"
              + " \"no server accepted the connection\"");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void bothIdle(String transport) throws Exception {
    String settings = "timeouts { client = 800ms, server = 800ms }";
    try (LoopHarness harness = LoopHarness.over(transport, 1, settings)) {
      LoopHarness.Pair pair = harness.pair();
      harness.pass(Duration.ofMillis(800));

      expectLine(
          from(pair.client())
              + " [date] web app/s0 0/0/800 0 cD 1/1/0/0/0 0/0 up=0 spliced=0%"
              + " \"client inactive beyond its timeout\"");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void serverIdle(String transport) throws Exception {
    String settings = "timeouts { client = 1h, server = 3s }";
    try (LoopHarness harness = LoopHarness.over(transport, 1, settings)) {
      LoopHarness.Pair pair = harness.pair();
      pair.server().send("hi");
      harness.expect(pair.client(), "hi");
      harness.pass(Duration.ofMillis(3001));

      expectLine(
          from(pair.client())
              + " [date] web app/s0 0/0/3001 2 sD 1/1/0/0/0 0/0 up=0 spliced=0%"
              + " \"server inactive beyond its timeout\"");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void clientResetsInData(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 1, "")) {
      LoopHarness.Pair pair = harness.pair();
      String client = from(pair.client());
      pair.client().reset();
      harness.expectReset(pair.server());

      expectLine(
          client
              + " [date] web app/s0 0/0/0 0 CD 1/1/0/0/0 0/0 up=0 spliced=0%"
              + " \"client reset the connection\"");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void serverResetsInData(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 1, "")) {
      LoopHarness.Pair pair = harness.pair();
      pair.server().reset();
      harness.expectReset(pair.client());

      expectLine(
          from(pair.client())
              + " [date] web app/s0 0/0/0 0 SD 1/1/0/0/0 0/0 up=0 spliced=0%"
              + " \"server reset the connection\"");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void clientLeavesWhileConnecting(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 1, "");
        Stall ignored = new Stall(harness.origins.get(0))) {
      Peer client = harness.client();
      harness.turnUntil("session", () -> harness.sessions.size() == 1);
      harness.pass(Duration.ofMillis(100));
      client.finish();
      harness.expectNoSessions();

      expectLine(
          from(client)
              + " [date] web app/s0 0/-1/100 0 CC 1/1/0/0/0 0/0 up=0 spliced=0%"
              + " \"client left while a server was being connected to\"");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void clientResetsWhileConnecting(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 1, "");
        Stall ignored = new Stall(harness.origins.get(0))) {
      Peer client = harness.client();
      String from = from(client);
      harness.turnUntil("session", () -> harness.sessions.size() == 1);
      harness.pass(Duration.ofMillis(100));
      client.reset();
      harness.expectNoSessions();

      expectLine(
          from
              + " [date] web app/s0 0/-1/100 0 CD 1/1/0/0/0 0/0 up=0 spliced=0%"
              + " \"client reset the connection\"");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void connectTimeout(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 1, "timeouts.connect = 500ms");
        Stall ignored = new Stall(harness.origins.get(0))) {
      Peer client = harness.client();
      harness.turnUntil("session", () -> harness.sessions.size() == 1);
      harness.pass(Duration.ofMillis(500));

      expectLine(
          from(client)
              + " [date] web app/s0 0/-1/500 0 sC 1/1/0/0/0 0/0 up=0 spliced=0%"
              + " \"no server answered within connect timeout\"");
    }
  }

  /** The other session is in all the numbers; the one that ends is out of its backend by then. */
  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void killedBesideAnother(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 1, "")) {
      harness.pair();
      LoopHarness.Pair second = harness.pair();
      harness.sessions.closeAll(CloseReason.KILLED);

      assertThat(log.sessions())
          .hasSize(2)
          .contains(
              from(second.client())
                  + " [date] web app/s0 0/0/0 0 K- 2/2/1/1/0 0/0 up=0 spliced=0%"
                  + " \"closed by shutdown\"");
    }
  }
}
