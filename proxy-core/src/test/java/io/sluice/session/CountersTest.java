package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.backend.Server;
import io.sluice.stats.Counter;
import io.sluice.stats.CounterSet;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is counted in one place is counted in all of them, and once. */
class CountersTest {
  /** What happens to a session before a server is chosen. */
  private static final Set<Counter> WITHOUT_SERVER =
      EnumSet.of(Counter.SESSIONS, Counter.ACCEPT_ERRORS);

  private static long ofServers(LoopHarness harness, Counter counter) {
    long sum = 0;
    for (Server server : harness.backend.servers()) {
      sum += server.counters().sum(counter);
    }
    return sum;
  }

  private static void expectAgreement(LoopHarness harness) {
    for (Counter counter : Counter.values()) {
      long all = harness.counters.sum(counter);
      assertThat(harness.counters.ofLoop(0).get(counter)).as("loop: %s", counter).isEqualTo(all);
      assertThat(harness.counters.toMap().get(counter)).as("map: %s", counter).isEqualTo(all);
      assertThat(harness.frontend.counters().sum(counter))
          .as("frontend %s", counter)
          .isEqualTo(all);
      if (counter != Counter.ACCEPT_ERRORS) {
        assertThat(harness.backend.counters().sum(counter))
            .as("backend %s", counter)
            .isEqualTo(all);
      }
      if (!WITHOUT_SERVER.contains(counter)) {
        assertThat(ofServers(harness, counter)).as("servers %s", counter).isEqualTo(all);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void allScopesAgreeWhateverHappens(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 3, "timeouts.client = 1s")) {
      harness.origins.get(2).close();
      LoopHarness.Pair normal = harness.pair();
      normal.client().send("12345").finish();
      harness.expectEof(normal.server());
      normal.server().send("123").finish();
      harness.expectEof(normal.client());
      Peer reset = harness.client();
      harness.accepted(1);
      reset.send("1234567");
      harness.turns(3);
      reset.reset();
      harness.turnUntil("its end", () -> harness.sessions.size() == 0 || advance(harness));
      harness.client();
      harness.accepted(0); // After the refusal of the server number 2.
      harness.turns(2);
      harness.pass(Duration.ofSeconds(1));
      harness.expectNothingLeft();

      expectAgreement(harness);
      assertThat(harness.counted(Counter.SESSIONS)).isEqualTo(3);
      assertThat(ofServers(harness, Counter.SESSIONS)).isEqualTo(3);
      assertThat(harness.backend.servers().get(2).counters().sum(Counter.SESSIONS)).isZero();
      assertThat(harness.counted(Counter.BYTES_TO_SERVER)).isEqualTo(12);
      assertThat(harness.counted(Counter.BYTES_TO_CLIENT)).isEqualTo(3);
      assertThat(harness.counted(Counter.CONNECT_ATTEMPTS)).isEqualTo(4);
      assertThat(harness.counted(Counter.CONNECT_FAILURES)).isEqualTo(1);
      assertThat(harness.counted(Counter.CLOSED_NORMALLY)).isEqualTo(1);
      assertThat(harness.counted(Counter.CLOSED_BY_CLIENT)).isEqualTo(1);
      assertThat(harness.counted(Counter.CLOSED_CLIENT_TIMEOUT)).isEqualTo(1);
    }
  }

  private static boolean advance(LoopHarness harness) {
    harness.clock.advance(Duration.ofMillis(1));
    return false;
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void liveSessionsAreFoldedInAndOnce(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 1, "")) {
      LoopHarness.Pair pair = harness.pair();
      pair.client().send("12345");
      harness.expect(pair.server(), "12345");
      assertThat(harness.counters.sum(Counter.BYTES_TO_SERVER)).as("not yet added").isZero();
      harness.sessions.fold();
      harness.sessions.fold();
      assertThat(harness.counters.sum(Counter.BYTES_TO_SERVER)).isEqualTo(5);
      expectAgreement(harness);

      pair.client().send("67").finish();
      harness.expectEof(pair.server());
      harness.sessions.fold();
      assertThat(harness.counters.sum(Counter.BYTES_TO_SERVER)).isEqualTo(7);
      pair.server().finish();
      harness.expectNothingLeft();
      harness.sessions.fold();
      assertThat(harness.counters.sum(Counter.BYTES_TO_SERVER)).isEqualTo(7);
      expectAgreement(harness);
    }
  }

  @Test
  void splicedAndCopiedBytesAndTheirCallsAreToldApart() throws Exception {
    for (String mode : new String[] {"copy", "splice"}) {
      String settings = "pump { mode = " + mode + ", pipe-budget = 8192 }";
      try (LoopHarness harness = LoopHarness.epoll(settings)) {
        LoopHarness.Pair pair = harness.pair();
        pair.client().send("12345");
        harness.expect(pair.server(), "12345");
        pair.server().send("123");
        harness.expect(pair.client(), "123");

        boolean splice = mode.equals("splice");
        assertThat(harness.counted(Counter.BYTES_TO_SERVER)).isEqualTo(5);
        assertThat(harness.counted(Counter.SPLICED_TO_SERVER)).isEqualTo(splice ? 5 : 0);
        assertThat(harness.counted(Counter.SPLICED_TO_CLIENT)).isEqualTo(splice ? 3 : 0);
        assertThat(harness.counted(Counter.PUMP_CALLS)).isGreaterThanOrEqualTo(4);
        expectAgreement(harness);
      }
    }
  }

  @Test
  void aSetAddsUpItsLoops() {
    CounterSet set = new CounterSet(3);
    set.add(0, Counter.SESSIONS, 1);
    set.add(2, Counter.SESSIONS, 10);
    set.add(2, Counter.SESSIONS, 100);

    assertThat(set.sum(Counter.SESSIONS)).isEqualTo(111);
    assertThat(set.ofLoop(0).get(Counter.SESSIONS)).isEqualTo(1);
    assertThat(set.ofLoop(1).get(Counter.SESSIONS)).isZero();
    assertThat(set.ofLoop(2).get(Counter.SESSIONS)).isEqualTo(110);
    assertThat(set.toMap()).hasSize(Counter.values().length).containsEntry(Counter.SESSIONS, 111L);
  }
}
