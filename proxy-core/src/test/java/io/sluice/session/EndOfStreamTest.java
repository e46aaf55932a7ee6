package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.OpenDescriptors;
import io.sluice.stats.Counter;
import java.io.IOException;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How streams end: after their last byte, as they were ended, and for good. */
@ExtendWith(OpenDescriptors.class)
class EndOfStreamTest {
  private static final int RUNS = 100;

  @ParameterizedTest(name = "mode = {0}")
  @ValueSource(strings = {"splice", "copy", "auto"})
  @DisplayName("6: what a server sends before it closes reaches a slow client to the last byte")
  void nothingOfTheTailIsLostWhenTheServerCloses(String mode) throws Exception {
    long seed = Seed.of(EndOfStreamTest.class);
    Random random = new Random(seed);
    String settings = "tcp.send-buffer = 16KiB\npump { mode = " + mode + ", pipe-size = 64KiB }";
    try (LoopHarness harness = LoopHarness.epoll(settings)) {
      for (int run = 0; run < RUNS; run++) {
        Peer client = random.nextInt(4) == 0 ? harness.slowClient() : harness.client();
        LoopHarness.Pair pair = harness.pair(client);
        byte[] content = Delivery.random(seed + run, 1 + random.nextInt(300_000));
        Delivery delivery = new Delivery(pair.server(), client, content);

        boolean[] closed = new boolean[1];
        harness.turnUntil(
            "EOF",
            () -> {
              delivery.write(1 + random.nextInt(content.length));
              if (delivery.isWritten() && !closed[0]) {
                closed[0] = true;
                close(pair.server());
              }
              if (random.nextInt(3) == 0) {
                delivery.read(random.nextInt(60_000));
              }
              return client.isEof() || client.isBroken();
            });

        assertThat(client.isBroken()).as("run %d: broken instead of ended", run).isFalse();
        delivery.check();
        client.close();
        harness.expectNothingLeft();
      }
      assertThat(harness.counted(Counter.PUMP_STALLS)).isPositive();
      assertThat(harness.counted(Counter.BYTES_DISCARDED)).isZero();
    }
  }

  @ParameterizedTest(name = "{0}, server ends: {1}")
  @CsvSource({"splice, true", "splice, false", "copy, true", "copy, false"})
  @DisplayName("9: what arrived before a reset is delivered, then the reset is passed on")
  void resetIsPassedOnBehindTheDataBeforeIt(String mode, boolean byServer) throws Exception {
    try (LoopHarness harness = LoopHarness.epoll("pump.mode = " + mode)) {
      LoopHarness.Pair pair = harness.pair();
      Peer from = byServer ? pair.server() : pair.client();
      Peer to = byServer ? pair.client() : pair.server();
      Delivery delivery = new Delivery(from, to, Delivery.random(9, 30_000));
      assertThat(delivery.write(30_000)).isEqualTo(30_000);

      from.reset();

      harness.expectLateReset(to);
      delivery.check();
      harness.expectNothingLeft();
      assertThat(harness.counted(byServer ? Counter.CLOSED_BY_SERVER : Counter.CLOSED_BY_CLIENT))
          .isEqualTo(1);
      assertThat(harness.counted(Counter.BYTES_DISCARDED)).isZero();
    }
  }

  @ParameterizedTest(name = "mode = {0}")
  @ValueSource(strings = {"splice", "copy"})
  @DisplayName("9: the reset waits until a slow reader has acknowledged what came before it")
  void resetWaitsForASlowReader(String mode) throws Exception {
    try (LoopHarness harness = LoopHarness.epoll("pump.mode = " + mode)) {
      LoopHarness.Pair pair = harness.pair(harness.slowClient());
      Delivery delivery = new Delivery(pair.server(), pair.client(), Delivery.random(9, 30_000));
      assertThat(delivery.write(30_000)).isEqualTo(30_000);
      pair.server().reset();
      harness.pass(Duration.ofSeconds(5));
      harness.turns(20);
      assertThat(harness.sessions.size()).as("waits").isEqualTo(1);

      harness.turnUntil(
          "the reset",
          () -> {
            harness.clock.advance(Duration.ofMillis(1));
            return pair.client().read(2_000).isBroken() || pair.client().isEof();
          });

      delivery.check();
      assertThat(pair.client().isReset()).isTrue();
      harness.expectNothingLeft();
    }
  }

  @ParameterizedTest(name = "{0}, server ends: {1}")
  @CsvSource({"splice, true", "splice, false", "copy, true", "copy, false"})
  @DisplayName("19: half a connection costs nothing while it is quiet")
  void halfClosedSessionIsIdle(String mode, boolean byServer) throws Exception {
    try (LoopHarness harness = LoopHarness.epoll("pump.mode = " + mode)) {
      LoopHarness.Pair pair = harness.pair();
      Peer first = byServer ? pair.server() : pair.client();
      Peer second = byServer ? pair.client() : pair.server();
      first.send("last words").finish();
      harness.expect(second, "last words");
      harness.expectEof(second);

      Quiet.expect(harness);

      second.send("and mine").finish();
      harness.expect(first, "and mine");
      harness.expectEof(first);
      harness.expectNothingLeft();
    }
  }

  @ParameterizedTest(name = "{0}, server ends: {1}")
  @CsvSource({"splice, true", "splice, false", "copy, true", "copy, false"})
  @DisplayName("20: half a connection whose other peer never closes ends by the fin time-out")
  void halfClosedSessionEndsByTheFinTimeout(String mode, boolean byServer) throws Exception {
    String settings = "timeouts { client = 1h, server = 1h, client-fin = 5s, server-fin = 5s }\n";
    try (LoopHarness harness = LoopHarness.epoll(settings + "pump.mode = " + mode)) {
      LoopHarness.Pair pair = harness.pair();
      Peer first = byServer ? pair.server() : pair.client();
      Peer second = byServer ? pair.client() : pair.server();
      harness.pass(Duration.ofMinutes(59));
      first.finish();
      harness.expectEof(second);

      harness.pass(Duration.ofMillis(4_900));
      assertThat(harness.sessions.size()).isEqualTo(1);
      harness.pass(Duration.ofMillis(200));

      harness.expectNothingLeft();
      assertThat(
              harness.counted(
                  byServer ? Counter.CLOSED_CLIENT_TIMEOUT : Counter.CLOSED_SERVER_TIMEOUT))
          .isEqualTo(1);
    }
  }

  private static void close(Peer peer) {
    try {
      peer.close();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
