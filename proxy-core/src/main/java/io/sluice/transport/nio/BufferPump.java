package io.sluice.transport.nio;

import io.sluice.linux.Errno;
import io.sluice.transport.Backlog;
import io.sluice.transport.FlowCounters;
import io.sluice.transport.Pump;
import java.nio.ByteBuffer;

/**
 * Moves a flow's bytes through the loop's shared buffer.
 *
 * <pre>
 *   EMPTY ──fill──▶ SHARED ──drained──▶ EMPTY
 *                     │ target blocked, or hold
 *                     ▼
 *                    KEPT ──drained──▶ EMPTY
 * </pre>
 *
 * <p>Invariant: {@code bytes} is null exactly when nothing is buffered; otherwise it is either the
 * shared buffer, owned by this pump, or a kept buffer of its own.
 */
final class BufferPump implements Pump {

  private final NioStreamSocket source;
  private final NioStreamSocket target;
  private final BufferPool pool;
  private final FlowCounters counters;
  private ByteBuffer bytes;
  private boolean kept;

  BufferPump(
      NioStreamSocket source, NioStreamSocket target, BufferPool pool, FlowCounters counters) {
    this.source = source;
    this.target = target;
    this.pool = pool;
    this.counters = counters;
  }

  @Override
  public long fill() {
    assert bytes == null : "fill with bytes still buffered";
    ByteBuffer shared = pool.takeShared(this);
    counters.calls++;
    long read = source.read(shared);
    if (read <= 0) {
      pool.giveBackShared(this);
      return read;
    }
    bytes = shared.flip();
    kept = false;
    return read;
  }

  @Override
  public long duplicate(Backlog backlog) {
    assert bytes != null : "nothing to duplicate";
    return ((NioBacklog) backlog).copy(bytes);
  }

  @Override
  public long drain(long max) {
    assert bytes != null && max > 0 : "nothing to drain";
    counters.calls++;
    int end = bytes.limit();
    int wanted = (int) Math.min(max, bytes.remaining());
    bytes.limit(bytes.position() + wanted);
    long written = target.write(bytes);
    bytes.limit(end);
    if (written > 0) {
      counters.copiedBytes += written;
    }
    if (!bytes.hasRemaining()) {
      giveBack();
      return written;
    }
    if (written == wanted) { // The rest waits for a mirror, not for the target.
      return written;
    }
    if (written > 0 || Errno.wouldBlock(written)) {
      counters.stalls++;
    }
    hold(); // Also on an error: the shared buffer must be free for the next pump.
    return written;
  }

  @Override
  public void hold() {
    if (bytes == null || kept) {
      return;
    }
    ByteBuffer own = pool.keep(bytes);
    pool.giveBackShared(this);
    bytes = own;
    kept = true;
  }

  @Override
  public long buffered() {
    return bytes == null ? 0 : bytes.remaining();
  }

  @Override
  public boolean isSplicing() {
    return false;
  }

  @Override
  public long release() {
    long forgotten = buffered();
    if (bytes != null) {
      giveBack();
    }
    return forgotten;
  }

  private void giveBack() {
    if (kept) {
      pool.giveBackKept(bytes);
    } else {
      pool.giveBackShared(this);
    }
    bytes = null;
  }
}
