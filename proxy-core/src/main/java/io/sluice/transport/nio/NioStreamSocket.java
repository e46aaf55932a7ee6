package io.sluice.transport.nio;

import io.sluice.linux.Errno;
import io.sluice.linux.SockAddr;
import io.sluice.transport.Poller;
import io.sluice.transport.StreamSocket;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/**
 * A socket on a channel of the JDK, turning the selector's levels into remembered readiness.
 *
 * <pre>
 *   CONNECTING ──▶ CONNECTED ──▶ CLOSED
 *        └───────▶ FAILED ────────▲
 * </pre>
 *
 * <p>Interest changes cost a system call each, so it is left alone while the flow keeps up: OP_READ
 * stays armed and goes only when the selector reports the same bytes twice, which shows that nobody
 * takes them now; it comes back when a read finds the end of the bytes. OP_WRITE is armed by a
 * write that found no room and goes in the same way. Hence the invariant: a socket that is not
 * readable has OP_READ armed unless its input has ended, one that is not writable has OP_WRITE.
 *
 * <p>A read that does not fill the buffer ends readability too: that saves the second read that
 * would only find EAGAIN, and with levels nothing behind it (more bytes, FIN) can be lost.
 *
 * <p>The JDK cannot look at bytes without taking them: what {@link #peek} took is kept {@code
 * ahead} of the channel and given out first.
 *
 * <p>The JDK reports an error as plain readiness, so a socket is known to be broken only after the
 * call that this readiness invites has failed.
 */
final class NioStreamSocket implements StreamSocket {

  private enum State {
    CONNECTING,
    CONNECTED,
    FAILED,
    CLOSED
  }

  private static final int DISCARD_BYTES = 8 << 10;

  /** How far {@link #isEnded} looks ahead: any byte tells that the stream goes on. */
  private static final int LOOK_BYTES = 1 << 10;

  private final SocketChannel channel;
  private final SockAddr peer;
  private State state;
  private NioPoller poller;
  private Interest interest;
  private Poller.ReadyHandler handler;

  private boolean readable = true;
  private boolean writable;

  /** True exactly when the selector has reported it and no read has been tried since. */
  private boolean readReported;

  /** True exactly when the selector has reported it and no write has been tried since. */
  private boolean writeReported;

  private boolean inputEnded;

  /** Once the input has ended: 0 for EOF or the {@code -errno} that ended it. */
  private int inputEndedBy;

  private boolean broken;

  /** What was taken from the channel and not yet given out; null when there is none. */
  private PushBack ahead;

  /** Where {@link #discard} puts what nobody wants; null until it is needed. */
  private ByteBuffer discarded;

  private int connectFailure;

  private NioStreamSocket(SocketChannel channel, SockAddr peer, State state) {
    this.channel = channel;
    this.peer = peer;
    this.state = state;
    writable = state == State.CONNECTED;
  }

  static NioStreamSocket accepted(SocketChannel channel) throws IOException {
    SockAddr peer = SockAddr.fromJava(channel.getRemoteAddress());
    return new NioStreamSocket(channel, peer, State.CONNECTED);
  }

  static NioStreamSocket connecting(SocketChannel channel, SockAddr peer, boolean connected) {
    return new NioStreamSocket(channel, peer, connected ? State.CONNECTED : State.CONNECTING);
  }

  /** Registers an accepted socket. */
  void attach(NioPoller to, Selector selector, Poller.ReadyHandler onReady)
      throws ClosedChannelException {
    register(to, selector, onReady, SelectionKey.OP_READ);
  }

  /** Registers a socket whose connection was begun: an outcome known already is reported too. */
  void attachConnecting(NioPoller to, Selector selector, Poller.ReadyHandler onReady)
      throws ClosedChannelException {
    int ops =
        state == State.CONNECTING
            ? SelectionKey.OP_CONNECT
            : SelectionKey.OP_READ | SelectionKey.OP_WRITE;
    register(to, selector, onReady, ops);
  }

  private void register(NioPoller to, Selector selector, Poller.ReadyHandler onReady, int ops)
      throws ClosedChannelException {
    assert poller == null : "attached twice";
    interest = new Interest(channel.register(selector, ops, this), ops);
    handler = onReady;
    poller = to;
  }

  /** Records what the selector reports and tells the handler if it is news. */
  void onSelected(int readyOps) {
    if (state == State.CONNECTING) {
      if (completeConnect()) {
        handler.onReady();
      }
      return;
    }
    boolean news = false;
    if ((readyOps & SelectionKey.OP_READ) != 0) {
      if (readReported) {
        interest.remove(SelectionKey.OP_READ);
      } else {
        readReported = true;
        readable = true;
        news = true;
      }
    }
    if ((readyOps & SelectionKey.OP_WRITE) != 0) {
      if (writeReported) {
        interest.remove(SelectionKey.OP_WRITE);
      } else {
        writeReported = true;
        writable = true;
        news = true;
      }
    }
    if (news) {
      handler.onReady();
    }
  }

  private boolean completeConnect() {
    try {
      if (!channel.finishConnect()) {
        return false;
      }
      become(State.CONNECTED);
      readable = true;
      writable = true;
      interest.set(SelectionKey.OP_READ);
    } catch (IOException e) {
      connectFailure = ExceptionErrno.ofConnect(e); // The JDK has closed the channel.
      broken = true;
      become(State.FAILED);
    }
    return true;
  }

  @Override
  public boolean isReadable() {
    return readable;
  }

  @Override
  public boolean isWritable() {
    return writable;
  }

  @Override
  public boolean isBroken() {
    return broken;
  }

  @Override
  public boolean isEnded() {
    // Asked only where the selector has reported something: the JDK tells nothing without a read.
    if (ahead == null && readReported && !inputEnded) {
      peek(ByteBuffer.allocate(LOOK_BYTES));
    }
    return inputEnded && ahead == null;
  }

  @Override
  public boolean isInputEnded() {
    return inputEnded;
  }

  @Override
  public long peek(ByteBuffer target) {
    assert target.hasRemaining() : "a zero-byte read would look like EOF";
    int start = target.position();
    if (ahead != null) {
      ahead.show(target);
    }
    long read = -Errno.EAGAIN;
    if (target.hasRemaining()) {
      read = inputEnded ? inputEndedBy : readChannel(target);
    }
    if (read > 0) {
      ahead = new PushBack(target, start);
    }
    readable |= ahead != null;
    return ahead == null ? read : (long) target.position() - start;
  }

  @Override
  public void skip(int count) {
    if (ahead == null) {
      throw new IllegalStateException("bytes to be skipped are not there");
    }
    ahead = ahead.without(count);
  }

  @Override
  public long send(ByteBuffer source) {
    return write(source);
  }

  @Override
  public long receive(ByteBuffer target) {
    return read(target);
  }

  @Override
  public int finishConnect() {
    return switch (state) {
      case CONNECTING -> -Errno.EINPROGRESS;
      case FAILED -> connectFailure;
      case CONNECTED -> 0;
      case CLOSED -> -Errno.EBADF;
    };
  }

  @Override
  public SockAddr peer() {
    return peer;
  }

  @Override
  public SockAddr local() {
    return NioTransport.localAddress(channel, peer);
  }

  /** Bytes read, 0 at EOF, or {@code -errno}; {@code target} has room. */
  long read(ByteBuffer target) {
    assert target.hasRemaining() : "a zero-byte read would look like EOF";
    if (ahead != null) {
      int count = ahead.show(target);
      ahead = ahead.without(count);
      return count;
    }
    return readChannel(target);
  }

  private long readChannel(ByteBuffer target) {
    if (state == State.CONNECTING) {
      readable = false;
      return -Errno.EAGAIN;
    }
    readReported = false;
    int read;
    try {
      read = channel.read(target);
    } catch (IOException e) {
      interest.remove(SelectionKey.OP_READ);
      inputEnded = true;
      inputEndedBy = ExceptionErrno.ofRead(e);
      return fail(inputEndedBy);
    }
    if (read < 0) {
      inputEnded = true;
      interest.remove(SelectionKey.OP_READ);
      return 0;
    }
    if (target.hasRemaining()) {
      readable = false;
      interest.add(SelectionKey.OP_READ);
    }
    return read == 0 ? -Errno.EAGAIN : read;
  }

  @Override
  public long discard() {
    if (discarded == null) {
      discarded = ByteBuffer.allocate(DISCARD_BYTES);
    }
    return read(discarded.clear());
  }

  /** Bytes written or {@code -errno}; {@code source} is not empty. */
  long write(ByteBuffer source) {
    assert source.hasRemaining() : "nothing to write";
    if (state == State.CONNECTING) {
      return -Errno.EAGAIN;
    }
    writeReported = false;
    int written;
    try {
      written = channel.write(source);
    } catch (IOException e) {
      interest.remove(SelectionKey.OP_WRITE);
      return fail(ExceptionErrno.ofWrite(e));
    }
    if (source.hasRemaining()) {
      writable = false;
      interest.add(SelectionKey.OP_WRITE);
    }
    return written == 0 ? -Errno.EAGAIN : written;
  }

  @Override
  public void shutdownOutput() {
    if (state != State.CONNECTED) {
      return;
    }
    try {
      channel.shutdownOutput();
    } catch (IOException e) {
      broken = true;
    }
  }

  /** The JDK has no way to ask. */
  @Override
  public long unacknowledgedBytes() {
    return 0;
  }

  /**
   * {@inheritDoc}
   *
   * <p>The FIN goes out now; the descriptor is given back at the beginning of the next poll, when
   * the selector lets go of it.
   */
  @Override
  public void close() {
    leave();
  }

  /**
   * {@inheritDoc}
   *
   * <p>The reset goes out at the beginning of the next poll, when the selector lets go of the
   * descriptor.
   */
  @Override
  public void reset() {
    try {
      channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    } catch (IOException e) {
      broken = true; // Already reset by the peer, or never connected: closing is all there is.
    }
    leave();
  }

  private void leave() {
    become(State.CLOSED);
    if (poller != null) {
      interest.end();
      poller.onSocketClosed();
    }
    NioTransport.closeQuietly(channel);
  }

  private long fail(int errno) {
    assert state != State.CLOSED : "use after close";
    broken = true;
    return errno;
  }

  /** What the selector is asked to watch for. */
  int interest() {
    return interest.ops();
  }

  private void become(State next) {
    boolean legal =
        switch (state) {
          case CONNECTING -> next != State.CONNECTING;
          case CONNECTED, FAILED -> next == State.CLOSED;
          case CLOSED -> false;
        };
    assert legal : state + " -> " + next;
    state = next;
  }
}
