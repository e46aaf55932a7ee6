package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.Sampling;
import io.sluice.linux.Errno;
import io.sluice.linux.FaultySyscalls.Call;
import io.sluice.mirror.DetachReason;
import io.sluice.mirror.MirrorCounter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which sessions are mirrored, and what is told of it. */
class MirrorSeenTest {

  private static void exchange(LoopHarness harness, String text) throws IOException {
    LoopHarness.Pair pair = harness.pair();
    pair.client().send(text).finish();
    harness.expect(pair.server(), text);
    harness.expectEof(pair.server());
    pair.server().finish();
    harness.expectEof(pair.client());
  }

  @ParameterizedTest(name = "{0} of 12 sessions: {1}")
  @CsvSource({"1/3,4", "1/1,12", "0%,0", "100%,12", "0% by client,0", "100% by client,12"})
  @DisplayName("sample chooses whole sessions; those left out are counted")
  void sampling(String sample, int expected) throws Exception {
    try (LoopHarness harness = LoopHarness.mirrored("copy", "sample = \"" + sample + "\"")) {
      for (int i = 0; i < 12; i++) {
        exchange(harness, "text");
      }
      assertThat(harness.mirrored(0, MirrorCounter.SESSIONS)).isEqualTo(expected);
      assertThat(harness.mirrored(0, MirrorCounter.NOT_SAMPLED)).isEqualTo(12 - expected);
      assertThat(harness.mirrored(0, MirrorCounter.ELIGIBLE_BYTES)).isEqualTo(12 * 4);
      harness.turnUntil(
          "the bytes", () -> harness.mirrored(0, MirrorCounter.BYTES) == expected * 4L);
    }
  }

  @Test
  @DisplayName("by client: the sessions of one client are mirrored all or none")
  void byClient() throws Exception {
    try (LoopHarness harness = LoopHarness.mirrored("copy", "sample = \"50% by client\"")) {
      for (int i = 0; i < 6; i++) {
        exchange(harness, "text");
      }
      assertThat(harness.mirrored(0, MirrorCounter.SESSIONS)).isIn(0L, 6L);
    }
  }

  @Test
  @DisplayName("the share may be changed while sessions come and go")
  void changedSampling() throws Exception {
    try (LoopHarness harness = LoopHarness.mirrored("copy", "")) {
      exchange(harness, "text");
      harness.mirrors.get(0).sample(Sampling.parse("0%"));
      exchange(harness, "text");
      assertThat(harness.mirrored(0, MirrorCounter.SESSIONS)).isEqualTo(1);
    }
  }

  @Test
  @DisplayName("max-sessions at a time: the excess is relayed, counted, and not mirrored")
  void maxSessions() throws Exception {
    try (LoopHarness harness = LoopHarness.mirrored("copy", "max-sessions = 1")) {
      LoopHarness.Pair first = harness.pair();
      Peer mirror = harness.mirror(0);
      exchange(harness, "over");
      assertThat(harness.mirrored(0, MirrorCounter.OVER_LIMIT)).isEqualTo(1);
      assertThat(harness.mirrors.get(0).active()).isEqualTo(1);

      first.client().finish();
      first.server().finish();
      mirror.close();
      harness.expectNothingLeft();
      exchange(harness, "again");
      assertThat(harness.mirrored(0, MirrorCounter.SESSIONS)).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice", "nio"})
  @DisplayName("the log line has each mirror's bytes, and why it was dropped")
  void logLine(String way) throws Exception {
    try (LogCapture log = new LogCapture();
        LoopHarness harness = LoopHarness.mirrored(way, "", "")) {
      harness.targets.get(1).close();
      LoopHarness.Pair pair = harness.pair();
      Peer mirror = harness.mirror(0);
      pair.client().send("question");
      harness.expect(mirror, "question");
      harness.expectDetached(1, DetachReason.CONNECT);
      pair.client().finish();
      pair.server().finish();
      harness.expectNoSessions();
      assertThat(log.sessions())
          .singleElement()
          .asString()
          .contains(" mirrors=m0:8,m1:0(connect) \"");
    }
  }

  @Test
  @DisplayName("detachments are logged once for each mirror and reason in five seconds, with a sum")
  void logRate() throws Exception {
    try (LogCapture log = new LogCapture();
        LoopHarness harness = LoopHarness.mirrored("copy", "")) {
      harness.targets.get(0).close();
      for (int i = 0; i < 4; i++) {
        exchange(harness, "text");
      }
      harness.turnUntil("4", () -> harness.mirrored(0, MirrorCounter.DETACHED_CONNECT) == 4);
      assertThat(log.times("detached from 1 session(s): it cannot be reached")).isEqualTo(1);
      assertThat(log.times("detached from")).isEqualTo(1);

      harness.pass(Duration.ofSeconds(5));
      exchange(harness, "text");
      harness.turnUntil("5", () -> harness.mirrored(0, MirrorCounter.DETACHED_CONNECT) == 5);
      assertThat(log.times("detached from 4 session(s): it cannot be reached")).isEqualTo(1);

      harness.sys.failNth(Call.SOCKET, 2, Errno.EMFILE); // The first is the server's.
      exchange(harness, "text");
      assertThat(log.times("there are no descriptors, pipes or buffers left")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copy", "splice", "nio"})
  @DisplayName("proxy-protocol = v2: header, then the first byte, even one that came early")
  void proxyHeader(String way) throws Exception {
    String terms = "proxy-protocol = v2, sample = 100%, direction = to-server";
    try (LoopHarness harness = LoopHarness.mirrored(way, terms)) {
      Peer client = harness.client().send("early");
      Peer server = harness.accepted(0);
      harness.expect(server, "early");
      Peer mirror = harness.mirror(0);
      client.finish();
      harness.expectEof(mirror);

      ByteBuffer got = ByteBuffer.wrap(mirror.bytes());
      byte[] signature = new byte[12];
      got.get(signature);
      assertThat(new String(signature, StandardCharsets.ISO_8859_1))
          .isEqualTo("\r\n\r\n\0\r\nQUIT\n");
      assertThat(got.get()).isEqualTo((byte) 0x21);
      assertThat(got.get()).isEqualTo((byte) 0x11);
      int length = got.getShort();
      int end = got.position() + length;
      assertThat(got.getInt()).isEqualTo(0x7F000001);
      assertThat(got.getInt()).isEqualTo(0x7F000001);
      InetSocketAddress local = (InetSocketAddress) client.channel().getLocalAddress();
      InetSocketAddress bound = (InetSocketAddress) harness.address();
      assertThat(got.getShort() & 0xFFFF).isEqualTo(local.getPort());
      assertThat(got.getShort() & 0xFFFF).isEqualTo(bound.getPort());
      assertThat(tlv(got, 0x05)).matches("[a-z0-9-]+");
      assertThat(tlv(got, 0xE0)).isEqualTo("to-server");
      assertThat(tlv(got, 0xE1)).isEqualTo("100%");
      assertThat(got.position()).isEqualTo(end);
      assertThat(new String(got.array(), end, got.remaining(), StandardCharsets.US_ASCII))
          .isEqualTo("early");
      server.finish();
      mirror.close();
      harness.expectNothingLeft();
      assertThat(harness.mirrored(0, MirrorCounter.BYTES)).isEqualTo(5);
    }
  }

  @Test
  @DisplayName("the header tells the share by which its session was chosen, not the configured one")
  void headerTellsTheShareOfTheMoment() throws Exception {
    try (LoopHarness harness = LoopHarness.mirrored("copy", "proxy-protocol = v2, sample = 0%")) {
      harness.mirrors.get(0).sample(Sampling.parse("1/2"));
      exchange(harness, "not this one");
      LoopHarness.Pair pair = harness.pair();
      Peer mirror = harness.mirror(0);
      pair.client().send("text");
      harness.turnUntil("the text", () -> mirror.read().text().endsWith("text"));
      assertThat(mirror.text()).endsWith("\u00e1\0\u00031/2text");
    }
  }

  private static String tlv(ByteBuffer from, int type) {
    assertThat(from.get() & 0xFF).isEqualTo(type);
    byte[] value = new byte[from.getShort()];
    from.get(value);
    return new String(value, StandardCharsets.US_ASCII);
  }

  @Test
  @DisplayName("lag, taken and eligible bytes are right while a session goes on")
  void countersOfALiveSession() throws Exception {
    try (LoopHarness harness = LoopHarness.mirrored("splice", "direction = both")) {
      LoopHarness.Pair pair = harness.pair();
      Peer first = harness.mirror(0);
      Peer second = harness.mirror(0);
      pair.client().send("question");
      pair.server().send("an answer");
      harness.turnUntil("all", () -> first.read().count() + second.read().count() == 17);
      assertThat(harness.mirrored(0, MirrorCounter.BYTES)).isEqualTo(17);
      assertThat(harness.mirrored(0, MirrorCounter.ELIGIBLE_BYTES)).isEqualTo(17);
      assertThat(harness.mirrored(0, MirrorCounter.TEED_BYTES)).isEqualTo(17);
      assertThat(harness.sessions.mirrors().lagsNs()).containsEntry("m0", 0L);
      assertThat(harness.poller.usage().pipesInUse()).isZero();
    }
  }
}
