package io.sluice.app.replay;

import io.sluice.linux.Errno;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * One recorded session with a server, on one connection.
 *
 * <pre>
 *   each turn: send what is due ─┐
 *              take what came  ──┴─ neither moved: wait for the server, or for what is due next
 * </pre>
 *
 * <p>Sending and receiving never wait for each other, unless the rules are causal: a server that
 * answers while it is still being asked would block, and then so would we. It is over when both
 * directions have ended, or the server has been silent for too long. One thread.
 */
final class Conversation implements AutoCloseable {
  private static final int BUFFER_BYTES = 32 << 10;

  /**
   * Answers that must come before a FIN or RST, where only a server's silence tells it has none.
   */
  private static final long BEFORE_END_NS = TimeUnit.SECONDS.toNanos(1);

  /**
   * After a divergence the answers may be shorter: how long to wait for those that will not come.
   */
  private static final long AFTER_DIVERGENCE_NS = TimeUnit.MILLISECONDS.toNanos(200);

  /** Where every answer is shorter, such a wait for each would take hours: it halves so often. */
  private static final int HALVINGS_MAX = 6;

  /**
   * While the kernel still has bytes that a reset would destroy; no event tells when it has not.
   */
  private static final long UNDELIVERED_POLL_NS = TimeUnit.MILLISECONDS.toNanos(1);

  /** What a turn in which nothing moved waits for, besides bytes in either direction. */
  private enum Wait {
    /** Nothing else: the server has to take or to give bytes. */
    SERVER,
    /** The time at which the next bytes are due. */
    CLOCK,
    /** Answers before the next bytes. */
    ANSWERS,
    /** The same, but not for long: perhaps none are coming. */
    PERHAPS_ANSWERS,
    /** The server's kernel, which has not confirmed all bytes. */
    DELIVERY
  }

  private final RecordedSession session;
  private final RecordedStream stream;
  private final Rules rules;
  private final ByteCounts counts;
  private final Wire wire;
  private final long beganNs;

  /** Null when answers are not compared. */
  private final AnswerCheck check;

  private final ByteBuffer buffer;

  private int segment;
  private long segmentSent;
  private long sent;
  private long received;
  private boolean outputEnded;
  private boolean inputEnded;
  private boolean wasReset;

  /** Answers that are not waited for any more, because the server gives shorter ones. */
  private long missing;

  /** How often they were given up. */
  private int givenUp;

  /** When bytes moved last, or should have: silence counts from here. */
  private long progressNs;

  /** What this turn waits for, and until when by the clock, or for how long without progress. */
  private Wait wait = Wait.SERVER;

  private long waitNs;

  private Optional<String> failure = Optional.empty();
  private boolean silent;

  /**
   * A conversation that has not begun.
   *
   * @param wire connected; closed with this
   * @param counts where bytes are added
   */
  Conversation(RecordedSession session, Rules rules, Wire wire, ByteCounts counts) {
    this.session = session;
    stream = session.toServer();
    this.rules = rules;
    this.wire = wire;
    this.counts = counts;
    beganNs = System.nanoTime();
    progressNs = beganNs;
    check = rules.compare() && session.answersRecorded() ? new AnswerCheck(session) : null;
    buffer = check == null ? null : ByteBuffer.allocateDirect(BUFFER_BYTES);
  }

  /**
   * Holds it.
   *
   * @throws IOException when a recording cannot be read
   */
  Outcome run() throws IOException {
    while (!(outputEnded && inputEnded) && failure.isEmpty() && !silent) {
      waitFor(Wait.SERVER, rules.timeoutNs());
      boolean hasSent = !outputEnded && send();
      boolean hasReceived = !inputEnded && receive();
      if (hasSent || hasReceived) {
        progressNs = System.nanoTime();
      } else if (!(outputEnded && inputEnded)) {
        await();
      }
    }
    if (wasReset && session.toClient().end() != RecordedStream.End.RESET && failure.isEmpty()) {
      failure = Optional.of("the server reset the connection" + progress());
    }
    Optional<Divergence> divergence = check == null ? Optional.empty() : check.finish(ending());
    return new Outcome(failure, divergence, silent);
  }

  private void waitFor(Wait what, long ns) {
    wait = what;
    waitNs = ns;
  }

  private String progress() {
    return " (" + sent + " of " + stream.bytes() + " bytes sent, " + received + " received)";
  }

  private String ending() {
    if (wasReset) {
      return "the server reset the connection";
    }
    return inputEnded ? "the server ended the connection" : "the server is silent";
  }

  /** Returns whether bytes, or the end, were sent. */
  private boolean send() throws IOException {
    if (segment == stream.size()) {
      return sendEnd();
    }
    if (segmentSent == 0 && !isDue(stream.timeNs(segment), stream.others(segment))) {
      return false;
    }
    if (isAbandoned(stream.others(segment))) {
      wire.endOutput();
      outputEnded = true;
      return true;
    }
    long length = stream.length(segment) - segmentSent;
    long result = wire.send(stream.file(segment), stream.offset(segment) + segmentSent, length);
    if (Errno.wouldBlock(result)) {
      return false;
    }
    if (result < 0) {
      onSendFailed((int) -result);
      return true;
    }
    if (result == 0) {
      throw CaptureException.of(stream.file(segment), "has become shorter");
    }
    sent += result;
    counts.sent.add(result);
    segmentSent += result;
    if (result == length) {
      segment++;
      segmentSent = 0;
    }
    return true;
  }

  private boolean sendEnd() throws IOException {
    boolean resets = stream.end() == RecordedStream.End.RESET;
    boolean known = session.timed() && stream.end().isComplete();
    if (known && !isDue(stream.endTimeNs(), stream.endOthers())) {
      return false;
    }
    // Without an order to keep, an end that overtakes the answers would still cut them off.
    boolean ordered = known && rules.causal();
    if (!ordered && (resets || check != null)) {
      long wanted = known ? stream.endOthers() : session.toClient().bytes();
      if (!hasAnswered(wanted, Wait.PERHAPS_ANSWERS, BEFORE_END_NS)) {
        return false;
      }
    }
    if (resets) {
      if (!wire.isDelivered()) {
        waitFor(Wait.DELIVERY, rules.timeoutNs());
        return false;
      }
      wire.reset();
      inputEnded = true;
    } else {
      wire.endOutput();
    }
    outputEnded = true;
    return true;
  }

  /** Whether its time has come and, where that matters, the answers before it. */
  private boolean isDue(long timeNs, long answersBefore) {
    if (!session.timed()) {
      return true;
    }
    if (!rules.speed().equals(Speed.MAX)) {
      long dueNs = beganNs + rules.speed().delayNs(timeNs - session.startNs());
      if (dueNs - System.nanoTime() > 0) {
        waitFor(Wait.CLOCK, dueNs);
        return false;
      }
    }
    if (!rules.causal()) {
      return true;
    }
    boolean differs = check != null && check.hasDiverged();
    return differs
        ? hasAnswered(
            answersBefore,
            Wait.PERHAPS_ANSWERS,
            AFTER_DIVERGENCE_NS >> Math.min(givenUp, HALVINGS_MAX))
        : hasAnswered(answersBefore, Wait.ANSWERS, rules.timeoutNs());
  }

  /** Whether so many answers have come, or will not come: the server ended or was silent. */
  private boolean hasAnswered(long bytes, Wait how, long patienceNs) {
    if (received + missing >= bytes || inputEnded) {
      return true;
    }
    if (how == Wait.PERHAPS_ANSWERS && System.nanoTime() - progressNs >= patienceNs) {
      missing = bytes - received;
      givenUp++;
      return true;
    }
    waitFor(how, patienceNs);
    return false;
  }

  /** Whether the server ended before it gave the answers that the next bytes follow. */
  private boolean isAbandoned(long answersBefore) {
    boolean abandoned =
        rules.causal() && session.timed() && inputEnded && received + missing < answersBefore;
    if (abandoned && check == null) {
      failure = Optional.of("the server ended the connection" + progress());
    }
    return abandoned;
  }

  /** What the server sent before it closed can still be read. */
  private void onSendFailed(int errno) {
    if (errno != Errno.ECONNRESET && errno != Errno.EPIPE) {
      failure = Optional.of("sending failed: " + Errno.text(errno) + progress());
    }
    wasReset = true;
    outputEnded = true;
  }

  /** Returns whether bytes, or the end, came. */
  private boolean receive() throws IOException {
    long result;
    if (check == null) {
      result = wire.discard();
    } else {
      buffer.clear();
      result = wire.receive(buffer);
    }
    if (Errno.wouldBlock(result)) {
      return false;
    }
    if (result <= 0) {
      onInputEnded((int) -result);
      return true;
    }
    received += result;
    counts.received.add(result);
    if (check != null) {
      check.accept(buffer.flip());
    }
    return true;
  }

  private void onInputEnded(int errno) {
    inputEnded = true;
    if (errno == Errno.ECONNRESET || errno == Errno.EPIPE) {
      wasReset = true;
      outputEnded = true;
    } else if (errno != 0) {
      failure = Optional.of("receiving failed: " + Errno.text(errno) + progress());
    }
  }

  private void await() throws IOException {
    long nowNs = System.nanoTime();
    if (wait == Wait.CLOCK) {
      wire.await(waitNs - nowNs);
      progressNs = System.nanoTime();
      return;
    }
    long leftNs = progressNs + waitNs - nowNs;
    if (leftNs > 0) {
      wire.await(wait == Wait.DELIVERY ? UNDELIVERED_POLL_NS : leftNs);
    } else if (wait != Wait.PERHAPS_ANSWERS) {
      onSilence();
    }
  }

  private void onSilence() {
    silent = true;
    if (outputEnded || (check != null && wait == Wait.ANSWERS)) {
      return; // What is missing of the answers is a divergence.
    }
    String what =
        wait == Wait.ANSWERS ? "the server does not answer" : "the server takes no more bytes";
    long seconds = TimeUnit.NANOSECONDS.toSeconds(rules.timeoutNs());
    failure = Optional.of(what + " for " + seconds + " s" + progress());
  }

  @Override
  public void close() throws IOException {
    wire.close();
    if (check != null) {
      check.close();
    }
  }
}
