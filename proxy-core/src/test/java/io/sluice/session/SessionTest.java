package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.stats.Counter;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a session does, over both transports. */
class SessionTest {

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void bytesGoBothWays(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 1, "")) {
      LoopHarness.Pair pair = harness.pair();
      pair.client().send("question");
      harness.expect(pair.server(), "question");

      pair.server().send("answer");
      harness.expect(pair.client(), "answer");

      assertThat(harness.counted(Counter.BYTES_TO_SERVER)).isEqualTo(8);
      assertThat(harness.counted(Counter.BYTES_TO_CLIENT)).isEqualTo(6);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void halfCloseFromClientReachesServerAndTheAnswerComesBack(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 1, "")) {
      LoopHarness.Pair pair = harness.pair();
      pair.client().send("question").finish();
      harness.expect(pair.server(), "question");
      harness.expectEof(pair.server());

      pair.server().send("late answer").finish();
      harness.expect(pair.client(), "late answer");
      harness.expectEof(pair.client());

      harness.expectNothingLeft();
      assertThat(harness.counted(Counter.CLOSED_NORMALLY)).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void halfCloseFromServerReachesClientAndTheRestGoesUp(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 1, "")) {
      LoopHarness.Pair pair = harness.pair();
      pair.server().send("greeting").finish();
      harness.expect(pair.client(), "greeting");
      harness.expectEof(pair.client());

      pair.client().send("upload").finish();
      harness.expect(pair.server(), "upload");
      harness.expectEof(pair.server());

      harness.expectNothingLeft();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void resetOfClientIsPassedOnAfterItsData(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 1, "")) {
      LoopHarness.Pair pair = harness.pair();
      pair.client().send("last words");
      pair.client().reset();

      harness.pass(Duration.ofMillis(5));
      harness.expectLateReset(pair.server());
      assertThat(pair.server().text()).isEqualTo("last words");
      harness.expectNothingLeft();
      assertThat(harness.counted(Counter.CLOSED_BY_CLIENT)).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void resetOfServerIsPassedOn(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 1, "")) {
      LoopHarness.Pair pair = harness.pair();
      pair.server().reset();

      harness.expectReset(pair.client());
      harness.expectNothingLeft();
      assertThat(harness.counted(Counter.CLOSED_BY_SERVER)).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void connectionAfterALongSilenceHasItsWholeConnectTimeout(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 1, "")) {
      harness.turns(2);
      Peer client = harness.client();
      harness.clock.advance(Duration.ofHours(1));

      LoopHarness.Pair pair = harness.pair(client);
      pair.client().send("hello");
      harness.expect(pair.server(), "hello");
    }
  }
}
