package io.sluice.session;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/**
 * One connection that a mirror of the mirror fuzz has got: how fast it reads, whether it stops, and
 * which session its PROXY header says that it belongs to.
 */
final class FuzzMirror {
  private static final int ADDRESSES_AT = 16;
  private static final int SOURCE_PORT_AT = ADDRESSES_AT + 8;
  private static final int TLVS_AT = ADDRESSES_AT + 12;

  private final Peer peer;
  private final Random random;
  private final double reads;
  private final int readMax;
  private final boolean talks;

  /** After so many bytes it reads no more. */
  private final int stopsAt;

  private boolean finished;

  /**
   * A connection that has just been accepted.
   *
   * @param mayStop whether it may read no more from some byte on
   * @param mayTalkThen whether it may answer all the same
   */
  FuzzMirror(Peer peer, Random random, boolean mayStop, boolean mayTalkThen) {
    this.peer = peer;
    this.random = random;
    reads = 0.1 + random.nextDouble();
    readMax = random.nextBoolean() ? Integer.MAX_VALUE : 1000 + random.nextInt(20_000);
    boolean talkative = random.nextInt(4) == 0;
    boolean stops = mayStop && random.nextInt(4) == 0;
    talks = talkative && (mayTalkThen || !stops);
    stopsAt = stops ? random.nextInt(100_000) : Integer.MAX_VALUE;
  }

  void step() throws IOException {
    if (random.nextDouble() < reads && peer.count() < stopsAt) {
      peer.read(readMax);
    }
    if (talks && !finished && !peer.isBroken()) {
      byte[] answer = new byte[1 + random.nextInt(2000)];
      peer.write(answer, 0, answer.length);
    }
    if (peer.isEof() && !finished) {
      finished = true;
      peer.finish();
    }
  }

  /** Reads what is left after the proxy has let go, which ends it in one way or the other. */
  void readAll() {
    long begunNs = System.nanoTime();
    while (!peer.read().isReadOut()) {
      if (System.nanoTime() - begunNs > Fuzz.STALL_NS) {
        throw new AssertionError("a mirror has no end after " + peer.count() + " bytes");
      }
      Thread.onSpinWait();
    }
  }

  int count() {
    return peer.count();
  }

  void close() throws IOException {
    peer.close();
  }

  /** Whether the header names the client with {@code port}, and {@code direction}. */
  boolean isOf(int port, String direction) {
    byte[] got = peer.bytes();
    if (got.length < headerBytes(got)) {
      return false;
    }
    int source = ByteBuffer.wrap(got).getShort(SOURCE_PORT_AT) & 0xFFFF;
    String tlvs = new String(got, TLVS_AT, headerBytes(got) - TLVS_AT, StandardCharsets.ISO_8859_1);
    return source == port && tlvs.contains(direction);
  }

  private static int headerBytes(byte[] got) {
    return got.length < ADDRESSES_AT
        ? ADDRESSES_AT
        : ADDRESSES_AT + ByteBuffer.wrap(got).getShort(ADDRESSES_AT - 2);
  }

  private byte[] body() {
    byte[] got = peer.bytes();
    return Arrays.copyOfRange(got, headerBytes(got), got.length);
  }

  void checkPrefix(FuzzSession session, boolean up) {
    byte[] body = body();
    byte[] sent = session.sent(up);
    int wrong = Arrays.mismatch(body, sent);
    if (wrong >= 0 && wrong != body.length) {
      throw new AssertionError(
          session + ": a mirror has a wrong byte at " + wrong + " of " + body.length);
    }
    if (peer.isEof() && session.end.isClean() && body.length != sent.length) {
      throw new AssertionError(
          session + ": a mirror has a FIN after " + body.length + " of " + sent.length);
    }
  }

  boolean isWhole(FuzzSession session, boolean up) {
    return peer.isEof() && body().length == session.sent(up).length;
  }
}
