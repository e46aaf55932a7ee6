package io.sluice.health;

import io.sluice.linux.Errno;
import io.sluice.transport.StreamSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;

/**
 * A TLS handshake (RFC 8446) over the JDK's engine, whatever the server's certificate.
 *
 * <p>Engine and buffers belong to one thread at a time: to {@code arithmetic} while {@link
 * #working}, which only the loop's thread changes, to the loop otherwise. A handshake costs
 * milliseconds, the first one of a process hundreds; no session has to wait for them.
 */
final class TlsCheck implements Dialogue {
  private static final String FAILURE = "SSL handshake failure";
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private enum Progress {
    GOING_ON,
    DONE,
    FAILED
  }

  private final SSLEngine engine;
  private final Executor arithmetic;
  private final Runnable wake;

  /** Received and not yet taken in by the engine; written to by the loop. */
  private final ByteBuffer inbound;

  private final ByteBuffer plain;

  /** Made by the engine and not yet sent; read by the loop. */
  private ByteBuffer outbound;

  private volatile boolean worked;
  private boolean working;
  private boolean begun;
  private Progress progress = Progress.GOING_ON;

  TlsCheck(SSLEngine engine, Executor arithmetic, Runnable wake) {
    this.engine = engine;
    this.arithmetic = arithmetic;
    this.wake = wake;
    inbound = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
    outbound = ByteBuffer.allocate(engine.getSession().getPacketBufferSize()).limit(0);
  }

  @Override
  public Verdict advance(StreamSocket socket) {
    if (working && !worked) {
      return null;
    }
    working = false;
    while (outbound.hasRemaining() && socket.isWritable()) {
      if (socket.send(outbound) < 0) {
        break; // Full, or broken: the next read tells.
      }
    }
    if (progress == Progress.FAILED) {
      return Verdict.of(CheckStatus.L6RSP, FAILURE);
    }
    if (outbound.hasRemaining() && !socket.isBroken()) {
      return null;
    }
    if (progress == Progress.DONE) {
      return Verdict.of(CheckStatus.L6OK);
    }
    long received = socket.isReadable() ? socket.receive(inbound) : -Errno.EAGAIN;
    if (received == 0 || (received < 0 && received != -Errno.EAGAIN)) {
      return Verdict.of(CheckStatus.L6RSP, FAILURE);
    }
    if (!begun || received > 0) {
      begun = true;
      work();
    }
    return null;
  }

  private void work() {
    working = true;
    worked = false;
    arithmetic.execute(
        () -> {
          try {
            progress = handshake();
          } catch (SSLException | RuntimeException e) {
            progress =
                Progress.FAILED; // Among them whatever the server's bytes made it stumble on.
          }
          worked = true;
          wake.run();
        });
  }

  private Progress handshake() throws SSLException {
    inbound.flip();
    outbound.clear();
    try {
      HandshakeStatus next = engine.getHandshakeStatus();
      if (next == HandshakeStatus.NOT_HANDSHAKING) {
        engine.beginHandshake();
        next = engine.getHandshakeStatus();
      }
      while (true) {
        SSLEngineResult result = null;
        switch (next) {
          case NEED_TASK -> runTasks();
          case NEED_WRAP -> result = wrap();
          case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> result = engine.unwrap(inbound, plain.clear());
          case FINISHED, NOT_HANDSHAKING -> {
            return Progress.DONE;
          }
        }
        if (result != null && result.getStatus() == Status.BUFFER_UNDERFLOW) {
          return Progress.GOING_ON;
        }
        if (result != null && result.getStatus() == Status.CLOSED) {
          return Progress.FAILED;
        }
        boolean finished =
            result != null && result.getHandshakeStatus() == HandshakeStatus.FINISHED;
        next = finished ? HandshakeStatus.FINISHED : engine.getHandshakeStatus();
      }
    } finally {
      inbound.compact();
      outbound.flip();
    }
  }

  private SSLEngineResult wrap() throws SSLException {
    SSLEngineResult result = engine.wrap(NOTHING, outbound);
    if (result.getStatus() == Status.BUFFER_OVERFLOW) {
      int larger = outbound.capacity() + engine.getSession().getPacketBufferSize();
      outbound = ByteBuffer.allocate(larger).put(outbound.flip());
    }
    return result;
  }

  private void runTasks() {
    for (Runnable task = engine.getDelegatedTask(); task != null; ) {
      task.run();
      task = engine.getDelegatedTask();
    }
  }

  @Override
  public Verdict onTimeout() {
    return Verdict.of(CheckStatus.L6TOUT);
  }

  @Override
  public boolean isHandshake() {
    return true;
  }
}
