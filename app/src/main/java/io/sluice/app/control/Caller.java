package io.sluice.app.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * One who has connected to the control socket. On its thread only.
 *
 * <pre>
 *   ASKING ──request──▶ WAITING ──answer──▶ HEARING ──all of it taken──▶ GONE
 *      └────────deadline, end, error─────────┴────────────▶ GONE
 * </pre>
 *
 * <p>ASKING and HEARING have a deadline: neither silence nor a reader that stands still is held for
 * long; who takes a part of the answer has time for the next one. How long WAITING takes is the
 * command's business.
 */
final class Caller {
  /** Of a request with its line feed: room for a word and a path. */
  static final int REQUEST_BYTES_MAX = 8192;

  enum State {
    ASKING,
    WAITING,
    HEARING,
    GONE
  }

  private final SocketChannel channel;
  private final SelectionKey key;
  private final long patienceNs;
  private final ByteBuffer request = ByteBuffer.allocate(REQUEST_BYTES_MAX);
  private ByteBuffer answer = ByteBuffer.allocate(0);
  private State state = State.ASKING;
  private long deadlineNs;

  /** Has connected just now. */
  Caller(SocketChannel channel, SelectionKey key, long patienceNs, long nowNs) {
    this.channel = channel;
    this.key = key;
    this.patienceNs = patienceNs;
    deadlineNs = nowNs + patienceNs;
    key.attach(this);
    key.interestOps(SelectionKey.OP_READ);
  }

  State state() {
    return state;
  }

  /** Nanoseconds until it is given up; the longest time where it waits. */
  long leftNs(long nowNs) {
    return state == State.WAITING ? Long.MAX_VALUE : deadlineNs - nowNs;
  }

  /**
   * Takes what it has sent.
   *
   * @return its request, once it is complete; one that is too long is answered here
   */
  Optional<String> onReadable(long nowNs) throws IOException {
    assert state == State.ASKING : state;
    if (channel.read(request) < 0) {
      leave(); // Nothing was asked.
      return Optional.empty();
    }
    for (int i = 0; i < request.position(); i++) {
      if (request.get(i) == '\n') {
        state = State.WAITING;
        // What it sends besides, and that it sends no more, is nobody's business.
        key.interestOps(0);
        return Optional.of(new String(request.array(), 0, i, StandardCharsets.UTF_8));
      }
    }
    if (!request.hasRemaining()) {
      state = State.WAITING;
      String rule = "a request is one line of at most " + REQUEST_BYTES_MAX + " bytes";
      tell(Answer.failed(rule), nowNs);
    }
    return Optional.empty();
  }

  /** Its command has come to an end. */
  void tell(Answer outcome, long nowNs) throws IOException {
    if (state == State.WAITING) {
      state = State.HEARING;
      deadlineNs = nowNs + patienceNs;
      answer = ByteBuffer.wrap(outcome.encoded());
      onWritable(nowNs);
    }
  }

  /** Sends what it takes. */
  void onWritable(long nowNs) throws IOException {
    assert state == State.HEARING : state;
    if (channel.write(answer) > 0) {
      deadlineNs = nowNs + patienceNs;
    }
    if (answer.hasRemaining()) {
      key.interestOps(SelectionKey.OP_WRITE);
    } else {
      leave();
    }
  }

  void leave() {
    state = State.GONE;
    try {
      channel.close();
    } catch (IOException e) {
      // It is gone either way.
    }
  }
}
