package io.sluice.health;

import io.sluice.config.ProxyVersion;
import io.sluice.linux.Errno;
import io.sluice.linux.SockAddr;
import io.sluice.loop.EventLoop;
import io.sluice.loop.Timer;
import io.sluice.transport.Poller;
import io.sluice.transport.StreamSocket;
import io.sluice.wire.ProxyHeader;
import java.util.function.Consumer;

/**
 * One run of a check: a connection, a PROXY header where one is wanted, a {@link Dialogue}.
 *
 * <pre>
 *   CONNECTING ──connected──▶ TALKING ──verdict──▶ OVER
 *        └───failed, too late, or cancelled───────────▲
 * </pre>
 *
 * <p>Invariant: the owner hears of a verdict exactly once, unless the run is cancelled, and by then
 * socket and timer are gone. Loop thread only.
 */
final class CheckRun implements Poller.ReadyHandler, EventLoop.Task {

  private enum State {
    CONNECTING,
    TALKING,
    OVER
  }

  private final EventLoop loop;
  private final CheckTerms terms;
  private final Dialogue dialogue;
  private final Consumer<Verdict> owner;
  private final Deadline deadline = new Deadline();
  private State state = State.CONNECTING;
  private StreamSocket socket;
  private Speech header;
  private boolean queued;

  /** In CONNECTING, the {@code -errno} for which there is no connection; told in the next turn. */
  private int beginFailure;

  CheckRun(EventLoop loop, CheckTerms terms, Consumer<Verdict> owner) {
    this.loop = loop;
    this.terms = terms;
    this.owner = owner;
    dialogue = terms.opening().open(() -> loop.execute(this::onReady));
  }

  /** Begins; the verdict comes in a later turn. */
  void begin() {
    SockAddr address = terms.address().get();
    loop.timers().arm(deadline, loop.nowNs() + terms.connectNs());
    socket = loop.poller().connect(address, terms.tcp(), this);
    if (socket == null) {
      beginFailure = loop.poller().lastError();
      onReady();
    }
  }

  /** Ends without a verdict; harmless when it is over. */
  void cancel() {
    if (state != State.OVER) {
      leave(true);
    }
  }

  @Override
  public void onReady() {
    if (!queued && state != State.OVER) {
      queued = true;
      loop.enqueue(this);
    }
  }

  @Override
  public void onTurn() {
    queued = false;
    if (state == State.CONNECTING) {
      connecting();
    }
    if (state == State.TALKING) {
      talking();
    }
  }

  private void connecting() {
    int result = beginFailure != 0 ? beginFailure : socket.finishConnect();
    if (result == -Errno.EINPROGRESS) {
      return;
    }
    if (result < 0) {
      conclude(
          Verdict.of(statusOf(-result), Errno.text(-result) + dialogue.whereConnecting()), true);
      return;
    }
    state = State.TALKING;
    header = Speech.of("");
    if (terms.header() == ProxyVersion.V2) {
      header = new Speech(ProxyHeader.local());
    } else if (terms.header() == ProxyVersion.V1) {
      header = new Speech(ProxyHeader.v1(socket.local(), socket.peer()));
    }
    if (terms.answerNs() > 0 && !dialogue.isHandshake()) {
      loop.timers().arm(deadline, loop.nowNs() + terms.answerNs());
    }
  }

  /** What is wrong with us is no fault of the server's network: HAProxy's SOCKERR. */
  private static CheckStatus statusOf(int errno) {
    return switch (errno) {
      case Errno.EMFILE, Errno.ENFILE, Errno.ENOBUFS, Errno.ENOMEM, Errno.EAFNOSUPPORT ->
          CheckStatus.SOCKERR;
      default -> CheckStatus.L4CON;
    };
  }

  private void talking() {
    int sent = header.send(socket);
    if (sent == -Errno.EAGAIN) {
      return;
    }
    Verdict verdict =
        sent < 0 ? Verdict.of(CheckStatus.SOCKERR, Errno.text(-sent)) : dialogue.advance(socket);
    if (verdict != null) {
      // A connection that carried nothing is reset, as HAProxy does: it leaves no TIME_WAIT behind
      // and most servers never hear of it.
      boolean bare = verdict.status() == CheckStatus.L4OK && terms.header() == ProxyVersion.NONE;
      conclude(verdict, bare || verdict.status().outcome() == CheckStatus.Outcome.FAILED);
    }
  }

  private void onDeadline() {
    if (state == State.CONNECTING) {
      conclude(Verdict.of(CheckStatus.L4TOUT, dialogue.whereConnecting()), true);
    } else {
      conclude(dialogue.onTimeout(), true);
    }
  }

  private void conclude(Verdict verdict, boolean reset) {
    leave(reset);
    owner.accept(verdict);
  }

  private void leave(boolean reset) {
    state = State.OVER;
    loop.timers().cancel(deadline);
    if (socket != null) {
      if (reset) {
        socket.reset();
      } else {
        socket.close();
      }
    }
  }

  private final class Deadline extends Timer {
    @Override
    protected void onTimer() {
      onDeadline();
    }
  }
}
