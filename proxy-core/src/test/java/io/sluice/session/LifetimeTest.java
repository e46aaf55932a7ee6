package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.backend.Server;
import io.sluice.stats.Counter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions that something else than their two ends brings to an end. */
class LifetimeTest {
  private static final String LONG = "timeouts { client = 1h, server = 1h }\n";

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void aSessionLivesNoLongerThanItMay(String transport) throws Exception {
    String settings = LONG + "max-lifetime = 10s, max-lifetime-jitter = 0%\n";
    try (LoopHarness harness = LoopHarness.over(transport, 1, settings);
        LogCapture log = new LogCapture()) {
      LoopHarness.Pair pair = harness.pair();
      harness.pass(Duration.ofMillis(9_999));
      pair.client().send("still here");
      harness.expect(pair.server(), "still here");
      harness.pass(Duration.ofMillis(1));
      harness.expectEof(pair.client());
      harness.expectEof(pair.server());
      harness.expectNothingLeft();

      assertThat(log.sessions().get(0))
          .contains(" 0/0/10000 0 K- ")
          .endsWith("\"lived as long as max-lifetime lets it\"");
      assertThat(harness.counted(Counter.CLOSED_LIFETIME)).isEqualTo(1);
    }
  }

  @Test
  void sessionsThatBeganTogetherDoNotEndTogether() throws Exception {
    String settings = LONG + "max-lifetime = 100s, max-lifetime-jitter = 50%\n";
    try (LoopHarness harness = LoopHarness.epoll(settings)) {
      for (int i = 0; i < 40; i++) {
        harness.pair();
      }
      harness.pass(Duration.ofSeconds(49));
      assertThat(harness.sessions.size()).isEqualTo(40);
      harness.pass(Duration.ofSeconds(26));
      assertThat(harness.sessions.size()).isBetween(5, 35);
      harness.pass(Duration.ofSeconds(26));
      harness.expectNothingLeft();
    }
  }

  @Test
  void theSessionsOfAServerEndAndNoOthers() throws Exception {
    try (LoopHarness harness = LoopHarness.epoll(2, LONG);
        LogCapture log = new LogCapture()) {
      List<Peer> clients = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        clients.add(harness.pair(harness.client(), i % 2).client());
      }
      Server first = harness.backend.servers().get(0);
      harness.sessions.closeSessionsOf(first, CloseReason.SERVER_DOWN);
      for (int i = 0; i < 6; i += 2) {
        harness.expectEof(clients.get(i));
      }

      assertThat(harness.sessions.size()).isEqualTo(3);
      assertThat(first.sessions()).isZero();
      assertThat(log.sessions())
          .hasSize(3)
          .allMatch(line -> line.contains(" web app/s0 0/0/0 0 D- "));
      assertThat(harness.counted(Counter.CLOSED_SERVER_DOWN)).isEqualTo(3);
    }
  }

  @Test
  void aDrainClosesOneAfterTheOtherUntilItsDeadline() throws Exception {
    try (LoopHarness harness = LoopHarness.epoll(2, LONG);
        LogCapture log = new LogCapture()) {
      for (int i = 0; i < 20; i++) {
        harness.pair(harness.client(), i % 2);
      }
      Server first = harness.backend.servers().get(0);
      harness.sessions.drain(first, Duration.ofSeconds(100).toNanos());
      harness.pass(Duration.ofSeconds(50));
      assertThat(first.sessions()).isEqualTo(10);
      harness.pass(Duration.ofSeconds(25));
      assertThat(first.sessions()).isEqualTo(5);
      harness.pass(Duration.ofSeconds(24));
      assertThat(first.sessions()).isEqualTo(1);
      harness.pass(Duration.ofSeconds(1));

      assertThat(first.sessions()).isZero();
      assertThat(harness.sessions.size()).isEqualTo(10);
      assertThat(log.sessions())
          .hasSize(10)
          .allMatch(line -> line.contains(" web app/s0 ") && line.contains(" K- "))
          .allMatch(line -> line.endsWith("\"closed at the end of its server's drain\""));
    }
  }

  @Test
  void whatEndsSoonerCounts() throws Exception {
    String settings = LONG + "max-lifetime = 10s, max-lifetime-jitter = 0%\n";
    try (LoopHarness harness = LoopHarness.epoll(settings);
        LogCapture log = new LogCapture()) {
      harness.pair();
      Server only = harness.backend.servers().get(0);
      harness.sessions.drain(only, Duration.ofSeconds(100).toNanos());
      harness.pass(Duration.ofSeconds(10));
      harness.expectNothingLeft();

      assertThat(log.sessions().get(0)).contains("max-lifetime");
    }
  }
}
