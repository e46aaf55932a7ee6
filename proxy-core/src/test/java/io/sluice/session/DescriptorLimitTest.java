package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.Errno;
import io.sluice.linux.FaultySyscalls.Call;
import io.sluice.linux.OpenDescriptors;
import io.sluice.stats.Counter;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Row 13. Out of descriptors or memory: no spin, no leak, said once, and it passes. */
@ExtendWith(OpenDescriptors.class)
class DescriptorLimitTest {
  private static final Duration PAUSE = Duration.ofMillis(100);

  @ParameterizedTest(name = "errno {0}")
  @ValueSource(ints = {Errno.EMFILE, Errno.ENFILE, Errno.ENOBUFS, Errno.ENOMEM})
  @DisplayName("13: accept without descriptors pauses, is said once, and is tried again")
  void acceptWithoutDescriptorsPausesAndRecovers(int errno) throws Exception {
    try (LoopHarness harness = LoopHarness.epoll("");
        LogCapture said = new LogCapture()) {
      harness.sys.failAlways(Call.ACCEPT4, errno);
      Peer client = harness.client();
      harness.turns(5);
      assertThat(harness.sys.calls(Call.ACCEPT4)).isEqualTo(1);

      Quiet.expect(harness);
      for (int pause = 2; pause <= 20; pause++) {
        harness.pass(PAUSE);
        assertThat(harness.sys.calls(Call.ACCEPT4)).isEqualTo(pause);
      }
      assertThat(said.times("cannot accept")).isEqualTo(1);
      assertThat(said.times(Errno.name(errno))).isEqualTo(1);
      assertThat(harness.counted(Counter.ACCEPT_ERRORS)).isEqualTo(20);
      assertThat(harness.total.taken()).isZero();

      harness.sys.heal();
      harness.pass(PAUSE);
      LoopHarness.Pair pair = harness.pair(client);
      pair.client().send("served at last").finish();
      harness.expect(pair.server(), "served at last");
      pair.server().finish();
      harness.expectNothingLeft();
    }
  }

  @Test
  @DisplayName("13: a flow for which there is no pipe is copied, and spliced when there are again")
  void withoutPipesFlowsAreCopied() throws Exception {
    try (LoopHarness harness = LoopHarness.epoll("pump.mode = splice");
        LogCapture said = new LogCapture()) {
      harness.sys.failAlways(Call.PIPE2, Errno.EMFILE);
      LoopHarness.Pair pair = harness.pair();
      Delivery copied = new Delivery(pair.server(), pair.client(), Delivery.random(1, 4 << 20));
      copied.finish(harness);
      assertThat(harness.counted(Counter.SPLICED_TO_CLIENT)).isZero();
      assertThat(harness.sys.calls(Call.PIPE2)).isLessThan(5);
      assertThat(said.times("no pipe for splice")).isEqualTo(1);
      assertThat(said.times("EMFILE")).isEqualTo(1);

      harness.sys.heal();
      Delivery spliced = new Delivery(pair.server(), pair.client(), Delivery.random(2, 64 << 20));
      spliced.finish(harness);

      assertThat(harness.counted(Counter.SPLICED_TO_CLIENT)).isPositive();
      assertThat(said.times("no pipe for splice")).isEqualTo(1);
      pair.client().finish();
      pair.server().finish();
      harness.expectNothingLeft();
    }
  }

  @Test
  @DisplayName("13: a session for which there is no server socket ends; the next one works")
  void withoutASocketForTheServerTheClientIsClosed() throws Exception {
    try (LoopHarness harness = LoopHarness.epoll("")) {
      harness.sys.failNth(Call.SOCKET, 1, Errno.EMFILE);
      Peer client = harness.client();

      harness.turnUntil("the end", () -> client.read().isEof() || client.isBroken());

      harness.expectNothingLeft();
      assertThat(harness.counted(Counter.CLOSED_RESOURCES)).isEqualTo(1);
      expectService(harness);
    }
  }

  @ParameterizedTest(name = "epoll_ctl number {0}")
  @ValueSource(ints = {1, 2})
  @DisplayName("13: neither the client's nor the server's socket has to fit into the epoll")
  void withoutRoomInTheEpollTheSessionEnds(int number) throws Exception {
    for (int errno : new int[] {Errno.ENOSPC, Errno.ENOMEM}) {
      try (LoopHarness harness = LoopHarness.epoll("")) {
        harness.sys.failNth(Call.EPOLL_CTL, number, errno);
        Peer client = harness.client();

        harness.turnUntil("the end", () -> client.read().isEof() || client.isBroken());

        harness.expectNothingLeft();
        assertThat(harness.counted(Counter.CLOSED_RESOURCES)).isEqualTo(1);
        if (number == 2) { // The server has a connection that was given up.
          harness.turnUntil("its end", broken(harness.accepted(0)));
        }
        expectService(harness);
      }
    }
  }

  @Test
  @DisplayName("13: an acceptor that cannot be watched again after its pause tries again")
  void acceptorWithoutRoomInTheEpollTriesAgain() throws Exception {
    try (LoopHarness harness = LoopHarness.epoll("")) {
      harness.sys.failNth(Call.ACCEPT4, 1, Errno.EMFILE);
      Peer client = harness.client();
      harness.turns(3);
      assertThat(harness.sys.injected(Call.ACCEPT4)).isEqualTo(1);
      harness.sys.failNth(Call.EPOLL_CTL, 1, Errno.ENOSPC);

      harness.pass(PAUSE);
      assertThat(harness.sys.injected(Call.EPOLL_CTL)).isEqualTo(1);
      harness.pass(PAUSE);

      LoopHarness.Pair pair = harness.pair(client);
      pair.client().send("served at last");
      harness.expect(pair.server(), "served at last");
    }
  }

  @Test
  @DisplayName("13: with failures of every kind at random nothing is left in the end")
  void randomShortageLeavesNothing() throws Exception {
    long seed = Seed.of(DescriptorLimitTest.class);
    try (LoopHarness harness = LoopHarness.seeded(seed, "pump.mode = splice");
        LogCapture said = new LogCapture()) {
      harness
          .sys
          .failRandomly(Call.ACCEPT4, 0.2, Errno.EMFILE)
          .failRandomly(Call.SOCKET, 0.2, Errno.EMFILE)
          .failRandomly(Call.PIPE2, 0.5, Errno.EMFILE)
          .failEpollAdd(0.1, Errno.ENOSPC)
          .failRandomly(Call.CONNECT, 0.1, Errno.EADDRNOTAVAIL);
      List<Peer> clients = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        Peer client = harness.client();
        client.send("hello").finish();
        clients.add(client);
      }

      harness.turnUntil(
          "the end of every client",
          () -> {
            harness.clock.advance(PAUSE);
            answerAll(harness);
            clients.forEach(Peer::read);
            return clients.stream().allMatch(client -> client.isEof() || client.isBroken());
          });

      harness.sys.heal();
      harness.pass(PAUSE); // The acceptor may be in one.
      harness.expectNothingLeft();
      long served = clients.stream().filter(client -> client.text().equals("bye")).count();
      assertThat(served).isEqualTo(harness.counted(Counter.CLOSED_NORMALLY)).isPositive();
      assertThat(served + harness.counted(Counter.CLOSED_RESOURCES)).isEqualTo(200);
      assertThat(said.times("cannot accept")).isBetween(1L, 10L);
    }
  }

  /** What the servers do with the connections that wait: answer and close. */
  private static void answerAll(LoopHarness harness) {
    try {
      for (var channel = harness.origins.get(0).accept();
          channel != null;
          channel = harness.origins.get(0).accept()) {
        try (Peer server = new Peer(channel)) {
          server.send("bye").finish();
          harness.turnUntil("the request", () -> server.read().isEof() || server.isBroken());
        }
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static BooleanSupplier broken(Peer peer) {
    return () -> peer.read().isEof() || peer.isBroken();
  }

  private static void expectService(LoopHarness harness) throws Exception {
    LoopHarness.Pair pair = harness.pair();
    pair.client().send("question").finish();
    harness.expect(pair.server(), "question");
    pair.server().send("answer").finish();
    harness.expect(pair.client(), "answer");
    harness.expectNothingLeft();
  }
}
