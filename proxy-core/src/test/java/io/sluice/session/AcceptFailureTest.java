package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.Errno;
import io.sluice.linux.FaultySyscalls.Call;
import io.sluice.stats.Counter;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Accepts that fail. */
class AcceptFailureTest {
  @AutoClose private final LogCapture log = new LogCapture();

  private List<String> warnings() {
    return log.of(Acceptor.class.getName());
  }

  @ParameterizedTest
  @ValueSource(ints = {Errno.EMFILE, Errno.ENFILE, Errno.ENOBUFS, Errno.ENOMEM})
  void wantOfResourcesPausesForATenthOfASecond(int errno) throws Exception {
    try (LoopHarness harness = LoopHarness.epoll("")) {
      harness.sys.failNth(Call.ACCEPT4, 1, errno);
      Peer client = harness.client();
      harness.turnUntil("a failure", () -> harness.counted(Counter.ACCEPT_ERRORS) == 1);
      harness.turns(3);
      assertThat(harness.poller.poll(0)).as("events during the pause").isZero();
      harness.pass(Duration.ofMillis(99));
      assertThat(harness.sys.calls(Call.ACCEPT4)).isEqualTo(1);
      assertThat(harness.total.taken()).as("the place was given back").isZero();

      harness.pass(Duration.ofMillis(1));
      client.send("waited");
      harness.expect(harness.accepted(0), "waited");

      assertThat(warnings()).hasSize(1);
      assertThat(warnings().get(0))
          .startsWith("frontend web: cannot accept on 127.0.0.1:")
          .contains(Errno.name(errno));
      assertThat(harness.frontend.counters().sum(Counter.ACCEPT_ERRORS)).isEqualTo(1);
    }
  }

  @Test
  void aLongShortageIsTriedTenTimesASecondAndLoggedOnceInTenSeconds() throws Exception {
    try (LoopHarness harness = LoopHarness.epoll("")) {
      harness.sys.failAlways(Call.ACCEPT4, Errno.EMFILE);
      Peer client = harness.client();
      harness.turnUntil("a failure", () -> harness.counted(Counter.ACCEPT_ERRORS) == 1);
      for (int tenth = 1; tenth < 100; tenth++) {
        harness.pass(Duration.ofMillis(100));
        harness.turns(2);
        assertThat(harness.counted(Counter.ACCEPT_ERRORS)).isEqualTo(1 + tenth);
      }
      assertThat(warnings()).hasSize(1);
      harness.pass(Duration.ofMillis(100));
      harness.turns(2);
      assertThat(warnings()).hasSize(2);

      harness.sys.heal();
      harness.pass(Duration.ofMillis(100));
      client.send("waited");
      harness.expect(harness.accepted(0), "waited");
    }
  }

  /** It was over before we came; the others in the queue are served at once. */
  @ParameterizedTest
  @ValueSource(ints = {Errno.ECONNABORTED, Errno.EPROTO, Errno.EAGAIN, Errno.EINTR})
  void aConnectionThatHasGoneIsNoFailure(int errno) throws Exception {
    try (LoopHarness harness = LoopHarness.epoll("")) {
      harness.sys.failNth(Call.ACCEPT4, 1, errno);
      Peer client = harness.client().send("served");
      harness.expect(harness.accepted(0), "served");

      assertThat(harness.counted(Counter.ACCEPT_ERRORS)).isZero();
      assertThat(warnings()).isEmpty();
      assertThat(client.read().isEof()).isFalse();
    }
  }

  @Test
  void anAcceptorThatStopsDuringItsPauseStaysStopped() throws Exception {
    String settings = SecondFrontend.SETTINGS;
    try (LoopHarness harness = LoopHarness.epoll(settings);
        SecondFrontend other = new SecondFrontend(harness)) {
      harness.sys.failNth(Call.ACCEPT4, 1, Errno.EMFILE);
      try (Peer client = other.client()) {
        harness.turnUntil("a failure", () -> harness.counted(Counter.ACCEPT_ERRORS) == 1);
        other.close();
        harness.pass(Duration.ofSeconds(1));

        assertThat(harness.loop.timers().size()).isZero();
        assertThat(harness.sys.calls(Call.ACCEPT4)).isEqualTo(1);
        harness.expectReset(client);
      }
    }
  }
}
