package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.OpenDescriptors;
import io.sluice.stats.Counter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Row 7. A splice to a socket that promises more, by its flag or by asking for more than the pipe
 * holds, leaves the tail corked for 200 ms even with TCP_NODELAY.
 */
@ExtendWith(OpenDescriptors.class)
class PromptTailTest {
  private static final int SLOTS = 16;
  private static final int ROUNDS = 9;
  private static final Duration CORKED = Duration.ofMillis(200);

  @ParameterizedTest(name = "{0} segments")
  @ValueSource(ints = {SLOTS - 1, SLOTS, 2 * SLOTS, 3 * SLOTS + 1})
  @DisplayName("7: the tail of as many small segments as a pipe has slots arrives at once")
  void smallSegmentsThatFillThePipeAreNotCorked(int segments) throws Exception {
    try (LoopHarness harness = LoopHarness.epoll("pump { mode = splice, pipe-size = 64KiB }")) {
      LoopHarness.Pair pair = harness.pair();
      LoopHarness.Pair other = harness.pair();

      long[] tookNs = new long[ROUNDS];
      String expected = "";
      for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < segments; i++) {
          pair.client().send("0123456789");
          // Takes the next piece of the page that both sockets cut their segments from, so that
          // the segments cannot become one in the proxy's receive queue: each takes a slot.
          other.client().send("-");
          expected += "0123456789";
        }
        long begunNs = System.nanoTime();
        harness.expect(pair.server(), expected);
        tookNs[round] = System.nanoTime() - begunNs;
      }

      assertThat(Duration.ofNanos(median(tookNs))).isLessThan(CORKED.dividedBy(2));
      assertThat(harness.counted(Counter.SPLICED_TO_SERVER)).isPositive();
    }
  }

  @Test
  @DisplayName("7: so does a tail that had to wait behind a target without room")
  void tailBehindABlockedTargetIsNotCorked() throws Exception {
    String settings = "tcp.send-buffer = 16KiB\npump { mode = splice, pipe-size = 64KiB }";
    try (LoopHarness harness = LoopHarness.epoll(settings)) {
      LoopHarness.Pair pair = harness.pair();
      LoopHarness.Pair other = harness.pair();
      long[] tookNs = new long[ROUNDS];
      for (int round = 0; round < ROUNDS; round++) {
        Delivery delivery =
            new Delivery(pair.server(), pair.client(), Delivery.random(round, 8 << 20));
        long stalls = harness.counted(Counter.PUMP_STALLS);
        harness.turnUntil(
            "a blocked flow",
            () -> {
              delivery.write(32 << 10);
              return harness.counted(Counter.PUMP_STALLS) > stalls;
            });
        for (int i = 0; i < SLOTS; i++) {
          delivery.write(10);
          other.server().send("-");
        }
        int written = delivery.written();

        long[] lastNs = new long[1];
        harness.turnUntil(
            "all that was written",
            () -> {
              if (delivery.arrived() < written - SLOTS * 10) {
                lastNs[0] = System.nanoTime();
              }
              delivery.read(Integer.MAX_VALUE);
              return delivery.arrived() == written;
            });
        tookNs[round] = System.nanoTime() - lastNs[0];
        delivery.check();
        harness.expect(other.client(), "-".repeat(SLOTS * (round + 1)));
      }

      assertThat(Duration.ofNanos(median(tookNs))).isLessThan(CORKED.dividedBy(2));
    }
  }

  @Test
  @DisplayName("7: SPLICE_F_MORE is used nowhere")
  void theFlagThatCorksIsUsedNowhere() throws IOException {
    Path root = Path.of("").toAbsolutePath().getParent();
    List<Path> sources;
    try (Stream<Path> all = Files.walk(root)) {
      sources =
          all.filter(path -> path.toString().contains("/src/main/java/"))
              .filter(path -> path.toString().endsWith(".java"))
              .toList();
    }
    assertThat(sources).hasSizeGreaterThan(50);
    for (Path source : sources) {
      assertThat(Files.readAllLines(source).stream().filter(PromptTailTest::isCode))
          .as("%s", source)
          .noneMatch(line -> line.contains("SPLICE_F_MORE") || line.contains("MSG_MORE"));
    }
  }

  private static boolean isCode(String line) {
    String text = line.trim();
    return !text.startsWith("//") && !text.startsWith("*") && !text.startsWith("/*");
  }

  private static long median(long[] values) {
    long[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
