package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.Errno;
import io.sluice.linux.FaultySyscalls.Call;
import io.sluice.linux.Linux;
import io.sluice.mirror.DetachReason;
import io.sluice.mirror.MirrorCounter;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Row 22 and the traps of tee(2): whatever it takes at a time, both streams are exact. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "tee is Linux'")
class TeeTest {
  private static final int BYTES = 600_000;
  private static final String SMALL_PIPES =
      "pump { pipe-size = 4KiB, copy-below = 1KiB, splice-at-least = 4KiB }\n";

  /** Relays {@code BYTES} with a mirror that blocks, so that it may lack nothing. */
  private static void expectBothExact(LoopHarness harness, int mirrors) throws Exception {
    byte[] content = Delivery.random(22, BYTES);
    LoopHarness.Pair pair = harness.pair();
    Peer[] peers = new Peer[mirrors];
    for (int i = 0; i < mirrors; i++) {
      peers[i] = harness.mirror(i);
    }
    Delivery delivery = new Delivery(pair.client(), pair.server(), content);
    harness.turnUntil(
        "both streams",
        () -> {
          delivery.write(50_000);
          delivery.read(Integer.MAX_VALUE);
          boolean all = delivery.hasArrived();
          for (Peer peer : peers) {
            all &= peer.read().count() >= content.length || peer.isBroken();
          }
          return all;
        });
    pair.client().finish();
    harness.expectEof(pair.server());
    delivery.check();
    for (Peer peer : peers) {
      harness.expectEof(peer);
      assertThat(peer.bytes()).isEqualTo(content);
      peer.close();
    }
    pair.server().finish();
    harness.expectNothingLeft();
  }

  private static LoopHarness blocking(String settings, String... buffers) throws Exception {
    String[] terms = new String[buffers.length];
    for (int i = 0; i < terms.length; i++) {
      terms[i] = "when-slow = block, max-lag = none, buffer = " + buffers[i];
    }
    return LoopHarness.mirrored("splice", 1, settings, terms);
  }

  @ParameterizedTest(name = "tee of {0}, splice of {1} at a time")
  @CsvSource({"997,1000000", "1000000,997", "500,1300", "1300,500"})
  @DisplayName("22: partial tee and partial splice: never teed while ahead, never drained beyond")
  void partialTeesAndDrains(int teeMax, int spliceMax) throws Exception {
    try (LoopHarness harness = blocking("", "1MiB")) {
      harness.sys.cap(Call.TEE, teeMax).cap(Call.SPLICE, spliceMax);
      expectBothExact(harness, 1);
      assertThat(harness.sys.calls(Call.TEE)).isGreaterThan(BYTES / Math.max(teeMax, 65_536));
      assertThat(harness.mirrored(0, MirrorCounter.TEED_BYTES)).isEqualTo(BYTES);
    }
  }

  @Test
  @DisplayName("22: a mirror pipe smaller than the flow's makes rounds small, not wrong")
  void mirrorPipeSmallerThanTheFlows() throws Exception {
    try (LoopHarness harness = blocking("", "4KiB")) {
      expectBothExact(harness, 1);
      assertThat(harness.sys.calls(Call.TEE)).isGreaterThanOrEqualTo(BYTES / 4096);
    }
  }

  @Test
  @DisplayName("22: a mirror pipe larger than the flow's")
  void mirrorPipeLargerThanTheFlows() throws Exception {
    try (LoopHarness harness = blocking(SMALL_PIPES, "256KiB")) {
      expectBothExact(harness, 1);
    }
  }

  @Test
  @DisplayName("22: pipes of one slot")
  void pipesOfOneSlot() throws Exception {
    try (LoopHarness harness = blocking(SMALL_PIPES, "4KiB")) {
      expectBothExact(harness, 1);
    }
  }

  @Test
  @DisplayName("22: mirrors that take different parts of the same fill are each exact")
  void mirrorsThatTakeDifferentParts() throws Exception {
    try (LoopHarness harness = blocking("", "4KiB", "64KiB", "1MiB")) {
      harness.sys.cap(Call.TEE, 9_000).cap(Call.SPLICE, 7_000).randomizeCaps();
      expectBothExact(harness, 3);
    }
  }

  @Test
  @DisplayName("22: an interrupted tee is repeated")
  void interruptedTee() throws Exception {
    try (LoopHarness harness = blocking("", "1MiB")) {
      harness.sys.failEvery(Call.TEE, 2, Errno.EINTR);
      expectBothExact(harness, 1);
      assertThat(harness.sys.injected(Call.TEE)).isPositive();
    }
  }

  @ParameterizedTest(name = "errno {0}")
  @ValueSource(ints = {Errno.EAGAIN, Errno.ENOMEM, Errno.EINVAL})
  @DisplayName("22: a tee that fails drops the mirror with a prefix, and the flow goes on")
  void failingTee(int errno) throws Exception {
    byte[] content = Delivery.random(5, BYTES);
    try (LoopHarness harness = LoopHarness.mirrored("splice", "")) {
      harness.sys.cap(Call.TEE, 10_000);
      if (errno == Errno.EAGAIN) { // A backlog that is full gets a second chance.
        harness.sys.failAlways(Call.TEE, errno);
      } else {
        harness.sys.failNth(Call.TEE, 3, errno);
      }
      LoopHarness.Pair pair = harness.pair();
      Peer mirror = harness.mirror(0);
      new Delivery(pair.client(), pair.server(), content).finish(harness);
      harness.expectDetached(
          0, errno == Errno.EAGAIN ? DetachReason.BUFFER : DetachReason.RESOURCES);
      harness.expectReset(mirror);
      assertThat(mirror.bytes()).isEqualTo(Arrays.copyOf(content, mirror.count()));
      assertThat(mirror.count()).isLessThanOrEqualTo(20_000);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice"})
  @DisplayName("23: no pipe to be had (pipe2 fails): the mirror is dropped, the flow copies")
  void withoutPipes(String way) throws Exception {
    byte[] content = Delivery.random(6, BYTES);
    try (LoopHarness harness = LoopHarness.mirrored(way, "")) {
      harness.sys.failAlways(Call.PIPE2, Errno.EMFILE);
      LoopHarness.Pair pair = harness.pair();
      new Delivery(pair.client(), pair.server(), content).finish(harness);
      harness.expectDetached(0, DetachReason.RESOURCES);
      pair.client().finish();
      harness.expectEof(pair.server());
      pair.server().finish();
      harness.expectNothingLeft();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice"})
  @DisplayName("23: a pipe budget of one page drops the mirror, even one that blocks")
  void withoutBudget(String way) throws Exception {
    byte[] content = Delivery.random(6, BYTES);
    try (LoopHarness harness =
        LoopHarness.mirrored(way, 1, "pump.pipe-budget = 1\n", "when-slow = block")) {
      LoopHarness.Pair pair = harness.pair();
      new Delivery(pair.client(), pair.server(), content).finish(harness);
      harness.expectDetached(0, DetachReason.RESOURCES);
      pair.server().send("answer");
      harness.expect(pair.client(), "answer");
    }
  }

  @Test
  @DisplayName("22: F_SETPIPE_SZ refused: a mirror's pipe of the default size serves")
  void pipesOfDefaultSize() throws Exception {
    try (LoopHarness harness = blocking("", "1MiB")) {
      harness.sys.failFcntl(Linux.F_SETPIPE_SZ, Errno.EPERM);
      expectBothExact(harness, 1);
    }
  }

  @Test
  @DisplayName("21, 22: a flow that changes between copy and splice has an exact mirror")
  void changesOfThePump() throws Exception {
    String auto = "pump { mode = auto, splice-after-reads = 1, copy-after-fills = 1 }\n";
    try (LoopHarness harness = blocking(auto, "1MiB")) {
      LoopHarness.Pair pair = harness.pair();
      Peer mirror = harness.mirror(0);
      byte[] content = Delivery.random(9, 2_000_000);
      Delivery delivery = new Delivery(pair.client(), pair.server(), content);
      int[] step = {0};
      harness.turnUntil(
          "both",
          () -> {
            delivery.write(step[0]++ % 8 < 4 ? 100 : 200_000);
            mirror.read(90_000);
            delivery.read(100_000);
            return delivery.hasArrived() && mirror.count() >= content.length;
          });
      delivery.check();
      assertThat(mirror.bytes()).isEqualTo(content);
      assertThat(harness.mirrored(0, MirrorCounter.TEED_BYTES)).isPositive();
      assertThat(harness.mirrored(0, MirrorCounter.COPIED_BYTES)).isPositive();
    }
  }

  @Test
  @DisplayName("22: a mirror whose buffer is full but whose server has just read is not too slow")
  void fullMirrorIsFlushedBeforeItIsDropped() throws Exception {
    try (LoopHarness harness = LoopHarness.mirrored("splice", "buffer = 4KiB, max-lag = none")) {
      LoopHarness.Pair pair = harness.pair();
      Peer mirror = harness.mirror(0);
      StringBuilder said = new StringBuilder();
      while (said.length() == harness.mirrored(0, MirrorCounter.BYTES)) {
        String message = "x".repeat(500);
        said.append(message);
        pair.client().send(message);
        harness.expect(pair.server(), said.toString());
        harness.turns(60); // The kernels of both sides take some more by themselves.
      }
      int waiting = said.length() - (int) harness.mirrored(0, MirrorCounter.BYTES);
      String rest = "y".repeat(4096 - waiting);
      said.append(rest);
      pair.client().send(rest);
      harness.expect(pair.server(), said.toString());
      harness.turns(60);
      assertThat(said.length() - harness.mirrored(0, MirrorCounter.BYTES)).isEqualTo(4096);
      assertThat(harness.mirrored(0, MirrorCounter.DETACHED_BUFFER)).isZero();

      // In one poll, and in this order: more to mirror, then room for it.
      pair.client().send("last");
      mirror.read();
      harness.expect(pair.server(), said + "last");
      harness.expect(mirror, said + "last");
      assertThat(harness.mirrored(0, MirrorCounter.DETACHED_BUFFER)).isZero();
    }
  }

  @Test
  @DisplayName("22: urgent bytes are mirrored in their place")
  void urgentBytes() throws Exception {
    try (LoopHarness harness = blocking("", "1MiB")) {
      LoopHarness.Pair pair = harness.pair();
      Peer mirror = harness.mirror(0);
      pair.client().send("abc").sendUrgent('!').send("def").finish();
      harness.expect(pair.server(), "abc!def");
      harness.expect(mirror, "abc!def");
      harness.expectEof(mirror);
    }
  }
}
