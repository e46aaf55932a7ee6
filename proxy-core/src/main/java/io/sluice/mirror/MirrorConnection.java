package io.sluice.mirror;

import io.sluice.linux.Errno;
import io.sluice.loop.EventLoop;
import io.sluice.loop.Timer;
import io.sluice.transport.Backlog;
import io.sluice.transport.Direction;
import io.sluice.transport.Poller;
import io.sluice.transport.StreamSocket;
import io.sluice.wire.ProxyHeader;
import io.sluice.wire.ProxyHeader.Tlv;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One direction of a mirrored session on its way to a server.
 *
 * <pre>
 *   NEW ──▶ CONNECTING ──▶ SENDING ──FIN sent──▶ FINISHED ──its FIN, or time──▶ CLOSED
 *                             └──all acknowledged: reset─────────────────────────▲
 *   any ──error, time-out, the stream is over and it takes nothing, abort: reset─┘
 * </pre>
 *
 * <p>Invariant: what it sends is what is in the backlog, in order. It lets go as complete only when
 * the mirror has acknowledged every byte, where that can be asked. What it receives goes nowhere,
 * or to the mirror's file of replies; its FIN is only remembered, its reset ends this mirror alone.
 *
 * <p>Loop thread only. A session's bytes are sent on within the session's turn, or after a pause in
 * which more may come; everything else happens in turns of its own.
 */
final class MirrorConnection implements EventLoop.Task, Poller.ReadyHandler {
  private enum State {
    NEW,
    CONNECTING,
    SENDING,
    FINISHED,
    CLOSED
  }

  /** How long a mirror that has acknowledged everything has for its own FIN. */
  private static final long END_NS = 5_000_000_000L;

  /** How often acknowledgements are asked for before the end: no event tells of them. */
  private static final long ACK_CHECK_NS = 4_000_000;

  /** Reads of answers in one turn, so that a talkative mirror does not hold up the sessions. */
  private static final int READS_MAX = 16;

  private final SocketTerms terms;
  private final MirroredSession session;
  private final Direction direction;
  private final Backlog backlog;
  private final EventLoop loop;
  private final Sink.Owner owner;
  private final SocketSink sink;
  private final Replies replies;
  private final StepTimer timer = new StepTimer();
  private State state = State.NEW;
  private StreamSocket socket;
  private boolean queued;
  private boolean sentBefore;
  private long sentAtNs;
  private boolean ended;
  private boolean endedByReset;
  private boolean peerEnded;

  /** In NEW, the {@code -errno} for which there is no connection; told in the first turn. */
  private int beginFailure;

  /** When all is sent: bytes that were undelivered when there had last become fewer, and when. */
  private long lastUndelivered = Long.MAX_VALUE;

  private long lastDeliveredNs;

  /** What was left when it was last looked at whether the mirror takes anything. */
  private long leftBytes;

  MirrorConnection(
      SocketTerms terms,
      MirroredSession session,
      Direction direction,
      Backlog backlog,
      EventLoop loop,
      Sink.Owner owner,
      SocketSink sink) {
    this.terms = terms;
    this.session = session;
    this.direction = direction;
    this.backlog = backlog;
    this.loop = loop;
    this.owner = owner;
    this.sink = sink;
    replies =
        terms
            .replies()
            .map(files -> new Replies(files, session, direction, terms, loop, this::onReady))
            .orElse(null);
  }

  /**
   * Adds the header, before the session's first bytes, and begins to connect, so that the
   * connection may be there before a burst of them fills the buffer.
   */
  void begin() {
    backlog.gather();
    if (terms.proxyHeader() && backlog.add(header()) < 0) {
      beginFailure = -Errno.ENOBUFS;
    } else {
      connect();
    }
    onReady();
  }

  private void connect() {
    socket = loop.poller().connect(terms.address(), terms.tcp(), this);
    if (socket == null) {
      beginFailure = loop.poller().lastError();
      return;
    }
    state = State.CONNECTING;
    if (terms.connectTimeoutNs() > 0) {
      loop.timers().arm(timer, loop.nowNs() + terms.connectTimeoutNs());
    }
  }

  /**
   * Sends what is new, unless it is little and something was sent just before: a mirror of small
   * messages would otherwise cost as many packets as its session.
   */
  void onBytes() {
    if (state == State.SENDING) {
      long leftNs = sentBefore ? terms.pauseNs() - (loop.nowNs() - sentAtNs) : 0;
      if (leftNs <= 0 || !backlog.mayWait()) {
        flush();
      } else if (!timer.isArmed()) {
        loop.timers().arm(timer, loop.nowNs() + leftNs);
      }
    }
  }

  /** There is no room for more: what the last poll made possible must not wait for its turn. */
  void onFull() {
    if (state == State.CONNECTING && socket.isWritable()) {
      checkConnected();
    }
    if (state == State.SENDING) {
      flush();
    }
  }

  void onEnd(boolean byReset) {
    ended = true;
    endedByReset = byReset;
    onReady();
  }

  void abort() {
    if (state != State.CLOSED) {
      if (socket != null) {
        socket.reset();
      }
      close(false);
    }
  }

  @Override
  public void onReady() {
    if (!queued) {
      queued = true;
      loop.enqueue(this);
    }
  }

  @Override
  public void onTurn() {
    queued = false;
    if (state == State.NEW) {
      owner.onFailed(reasonOf(-beginFailure), Errno.text(-beginFailure));
    }
    if (state == State.CONNECTING) {
      checkConnected();
    }
    if (state == State.SENDING || state == State.FINISHED) {
      receive();
    }
    if (state == State.SENDING) {
      flush();
    }
    if (state == State.SENDING && ended) {
      if (backlog.bytes() == 0) {
        finish();
      } else if (terms.lingerNs() > 0 && !timer.isArmed()) {
        linger();
      }
    }
    if (state == State.FINISHED && peerEnded) {
      leave();
    }
  }

  private void checkConnected() {
    int result = socket.finishConnect();
    if (result == 0) {
      loop.timers().cancel(timer);
      state = State.SENDING;
    } else if (result != -Errno.EINPROGRESS) {
      owner.onFailed(reasonOf(-result), Errno.text(-result));
    }
  }

  private static DetachReason reasonOf(int errno) {
    return switch (errno) {
      case Errno.EMFILE, Errno.ENFILE, Errno.ENOBUFS, Errno.ENOMEM, Errno.EADDRNOTAVAIL ->
          DetachReason.RESOURCES;
      default -> DetachReason.CONNECT;
    };
  }

  private void receive() {
    int reads = 0;
    while (!peerEnded && socket.isReadable()) {
      if (++reads > READS_MAX) {
        onReady();
        return;
      }
      long received = replies == null ? socket.discard() : replies.receive(socket);
      if (received == -Errno.EAGAIN) {
        return;
      }
      if (received < 0) {
        fail(received);
        return;
      }
      peerEnded = received == 0;
    }
  }

  private void flush() {
    boolean progress = false;
    while (backlog.bytes() > 0 && socket.isWritable()) {
      long sent = backlog.sendTo(socket);
      if (sent == -Errno.EAGAIN) {
        break;
      }
      if (sent < 0) {
        fail(sent);
        return;
      }
      progress = true;
    }
    if (progress) {
      sentBefore = true;
      sentAtNs = loop.nowNs();
      owner.onProgress(direction);
      if (ended && backlog.bytes() == 0) {
        onReady();
      }
    }
  }

  /** Nothing is added any more: from now on it has to take something from time to time. */
  private void linger() {
    leftBytes = backlog.bytes();
    loop.timers().arm(timer, loop.nowNs() + terms.lingerNs());
  }

  private void finish() {
    if (socket.isBroken()) {
      fail(-Errno.ECONNRESET);
    } else if (!endedByReset) {
      socket.shutdownOutput();
      state = State.FINISHED;
      lookAgain(END_NS);
    } else if (undelivered() == 0) {
      socket.reset();
      close(true);
    } else {
      // A reset destroys what has not been delivered.
      lookAgain(ACK_CHECK_NS);
    }
  }

  /**
   * Closes after the FIN if the mirror has all. What it lacks would not be safe with the kernel: a
   * byte that the mirror answers to a closed socket makes the kernel drop it and send a reset.
   */
  private void leave() {
    if (undelivered() == 0) {
      socket.close();
      close(true);
    } else if (socket.isBroken()) {
      fail(-Errno.ECONNRESET);
    } else {
      lookAgain(peerEnded ? ACK_CHECK_NS : END_NS);
    }
  }

  /** Waits, unless the mirror has acknowledged nothing of what is left for too long. */
  private void lookAgain(long ns) {
    long nowNs = loop.nowNs();
    long left = undelivered();
    if (left < lastUndelivered) {
      lastUndelivered = left;
      lastDeliveredNs = nowNs;
    }
    long leftNs = lastDeliveredNs + terms.leaveNs() - nowNs;
    if (leftNs > 0) {
      loop.timers().arm(timer, nowNs + Math.min(ns, leftNs));
    } else {
      giveUp(terms.leaveNs());
    }
  }

  /** Bytes that the mirror has not acknowledged; of those that are counted the FIN is one. */
  private long undelivered() {
    return Math.max(0, socket.unacknowledgedBytes() - (state == State.FINISHED ? 1 : 0));
  }

  private void giveUp(long ns) {
    String time = TimeUnit.NANOSECONDS.toSeconds(ns) + "s";
    owner.onFailed(DetachReason.LAG, "took nothing for " + time + " after its stream had ended");
  }

  private void fail(long result) {
    // How one that has everything takes its leave is its own affair.
    if (state == State.FINISHED && undelivered() == 0) {
      socket.reset();
      close(true);
      return;
    }
    owner.onFailed(DetachReason.CLOSED, Errno.text((int) -result));
  }

  private void close(boolean complete) {
    state = State.CLOSED;
    loop.timers().cancel(timer);
    if (replies != null) {
      replies.end(complete);
    }
    sink.onClosed(complete);
  }

  private void onTimer() {
    switch (state) {
      case CONNECTING -> owner.onFailed(DetachReason.CONNECT_TIMEOUT, "");
      case SENDING -> {
        if (backlog.bytes() > 0 && backlog.bytes() == leftBytes) {
          giveUp(terms.lingerNs());
        } else {
          onReady();
        }
      }
      case FINISHED -> leave();
      case NEW, CLOSED -> {
        // Nothing is waited for.
      }
    }
  }

  private byte[] header() {
    return ProxyHeader.v2(
        session.client(),
        session.clientLocal(),
        List.of(
            Tlv.text(ProxyHeader.UNIQUE_ID, session.id()),
            Tlv.text(ProxyHeader.CUSTOM, direction.word()),
            Tlv.text(ProxyHeader.CUSTOM + 1, session.sampling().toString())));
  }

  private final class StepTimer extends Timer {
    @Override
    protected void onTimer() {
      MirrorConnection.this.onTimer();
    }
  }
}
