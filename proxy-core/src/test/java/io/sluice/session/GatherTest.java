package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.Errno;
import io.sluice.linux.FaultySyscalls.Call;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several sessions ready in one turn: small messages are read for all before any is sent. */
class GatherTest {
  private static final int PAIRS = 3;

  /** Sessions that have moved one small message each, so that more of that kind is expected. */
  private static List<LoopHarness.Pair> talking(LoopHarness harness) throws Exception {
    List<LoopHarness.Pair> pairs = new ArrayList<>();
    for (int i = 0; i < PAIRS; i++) {
      pairs.add(harness.pair());
    }
    for (LoopHarness.Pair pair : pairs) {
      pair.client().send("a");
      harness.expect(pair.server(), "a");
    }
    return pairs;
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void messagesOfOneTurnArriveAtTheirOwnServers(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 1, "")) {
      List<LoopHarness.Pair> pairs = talking(harness);
      for (int i = 0; i < PAIRS; i++) {
        pairs.get(i).client().send("message " + i);
        pairs.get(i).server().send("answer " + i);
      }
      for (int i = 0; i < PAIRS; i++) {
        harness.expect(pairs.get(i).server(), "amessage " + i);
        harness.expect(pairs.get(i).client(), "answer " + i);
      }
      assertThat(harness.poller.usage().buffersInUse()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void anEndBehindAMessageIsFoundAfterIt(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 1, "")) {
      List<LoopHarness.Pair> pairs = talking(harness);
      for (LoopHarness.Pair pair : pairs) {
        pair.client().send("last").finish();
      }
      for (LoopHarness.Pair pair : pairs) {
        harness.expectEof(pair.server());
        assertThat(pair.server().text()).isEqualTo("alast");
        pair.server().finish();
      }
      harness.expectNothingLeft();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void aResetWhileOthersGatherEndsItsOwnSessionByReset(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 1, "")) {
      List<LoopHarness.Pair> pairs = talking(harness);
      pairs.get(0).client().send("x");
      pairs.get(1).client().reset();
      pairs.get(2).client().send("z");

      harness.expect(pairs.get(0).server(), "ax");
      harness.expect(pairs.get(2).server(), "az");
      harness.expectReset(pairs.get(1).server());
      assertThat(harness.sessions.size()).isEqualTo(PAIRS - 1);
    }
  }

  @Test
  void aReadThatFailsWhileGatheringIsTheEndOfItsSessionAlone() throws Exception {
    try (LoopHarness harness = LoopHarness.epoll("")) {
      List<LoopHarness.Pair> pairs = talking(harness);
      harness.sys.failNth(Call.RECV, 1, Errno.ECONNRESET);
      for (LoopHarness.Pair pair : pairs) {
        pair.client().send("b");
      }

      harness.turnUntil("the end of one", () -> harness.sessions.size() == PAIRS - 1);
      harness.turnUntil(
          "the messages of the others",
          () -> pairs.stream().filter(p -> p.server().read().text().equals("ab")).count() == 2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void aLargeMessageAfterSmallOnesArrivesWhole(String transport) throws Exception {
    byte[] large = new byte[200_000];
    Arrays.fill(large, (byte) 'L');
    try (LoopHarness harness = LoopHarness.over(transport, 1, "")) {
      List<LoopHarness.Pair> pairs = talking(harness);
      List<Delivery> deliveries = new ArrayList<>();
      for (LoopHarness.Pair pair : pairs) {
        deliveries.add(new Delivery(pair.client(), pair.server(), large));
      }
      harness.turnUntil(
          "the messages",
          () -> {
            deliveries.forEach(d -> d.write(Integer.MAX_VALUE));
            deliveries.forEach(d -> d.read(Integer.MAX_VALUE));
            return deliveries.stream().allMatch(Delivery::hasArrived);
          });
      deliveries.forEach(Delivery::check);
      assertThat(harness.poller.usage().buffersInUse()).isZero();
    }
  }
}
