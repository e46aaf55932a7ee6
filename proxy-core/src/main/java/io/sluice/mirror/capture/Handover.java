package io.sluice.mirror.capture;

import io.sluice.linux.Errno;
import io.sluice.linux.ErrnoException;
import io.sluice.mirror.DetachReason;
import io.sluice.mirror.Sink;
import io.sluice.mirror.capture.EventRing.Kind;
import io.sluice.transport.Direction;
import java.io.IOException;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One session's way to the writer and back.
 *
 * <pre>
 *   loop    bytes, end ──▶ ring ──▶ onEvent ──▶ Recording         writer
 *           abort ───────▶ queue ─▶ onAbort ──▶ Recording.abandon
 *           Owner ◀────── Executor ◀── progress, failed, closed
 * </pre>
 *
 * <p>Invariant: the owner hears of a failure at most once, of the end exactly once after an abort
 * or the end of all streams, and of nothing after that. Events are handed over without a gap: after
 * the first that finds no room none follows. Nothing here blocks a loop.
 */
final class Handover {
  private static final Logger LOG = LoggerFactory.getLogger(Handover.class);

  private final CaptureWriter writer;
  private final Recording recording;
  private final Executor loop;
  private final Sink.Owner owner;
  private final Map<Direction, Progress> progress = new EnumMap<>(Direction.class);

  // On the loop.
  private boolean refused;
  private boolean told;
  private boolean closed;

  /** Set by the loop, looked at by the writer before each event. */
  private volatile boolean aborted;

  // On the writer's thread.
  private final Set<Direction> open;
  private boolean known;
  private boolean failed;
  private boolean over;

  Handover(CaptureWriter writer, Recording recording, CaptureStreams streams) {
    this.writer = writer;
    this.recording = recording;
    loop = streams.loop();
    owner = streams.owner();
    open = EnumSet.copyOf(streams.backlogs().keySet());
    for (Direction direction : open) {
      progress.put(direction, new Progress(direction));
    }
  }

  /** Tells the writer that the session has begun; a full ring does without. */
  void opened() {
    writer.offer(this, Kind.OPENED, 0, writer.nowNs());
  }

  void bytes(Direction direction, long bytes, long nowNs) {
    assert progress.containsKey(direction) : direction + " is not mirrored";
    Kind kind = direction == Direction.TO_SERVER ? Kind.BYTES_TO_SERVER : Kind.BYTES_TO_CLIENT;
    offer(kind, bytes, nowNs);
  }

  void end(Direction direction, boolean byReset) {
    assert progress.containsKey(direction) : direction + " is not mirrored";
    boolean toServer = direction == Direction.TO_SERVER;
    Kind fin = toServer ? Kind.FIN_TO_SERVER : Kind.FIN_TO_CLIENT;
    Kind reset = toServer ? Kind.RESET_TO_SERVER : Kind.RESET_TO_CLIENT;
    offer(byReset ? reset : fin, 0, writer.nowNs());
  }

  private void offer(Kind kind, long bytes, long nowNs) {
    if (refused || aborted) {
      return;
    }
    if (!writer.offer(this, kind, bytes, nowNs)) {
      refused = true;
      // Not from here: the owner is in the middle of telling us something.
      loop.execute(
          writer.hasEnded()
              ? () -> tellFailed(DetachReason.SHUTDOWN, "the capture writer has stopped")
              : () -> tellFailed(DetachReason.BUFFER, writer + " is too far behind"));
    }
  }

  void abort() {
    if (!aborted) {
      aborted = true;
      if (!writer.submitAbort(this)) {
        loop.execute(() -> tellClosed(false));
      }
    }
  }

  /** One event, in order. */
  void onEvent(Kind kind, long bytes, long wallNs) {
    if (over || failed) {
      return;
    }
    if (aborted) {
      onAbort();
      return;
    }
    if (!known) {
      known = true;
      writer.remember(this);
    }
    try {
      record(kind, bytes, wallNs);
    } catch (IOException e) {
      fail(reasonOf(e), String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      // A defect of ours in one stream must not end all others of this writer.
      LOG.error("{}: unexpected error, one session's capture ends", writer, e);
      fail(DetachReason.WRITE, e.toString());
    }
  }

  private void record(Kind kind, long bytes, long wallNs) throws IOException {
    switch (kind) {
      case OPENED -> recording.opened(wallNs);
      case BYTES_TO_SERVER -> write(Direction.TO_SERVER, bytes, wallNs);
      case BYTES_TO_CLIENT -> write(Direction.TO_CLIENT, bytes, wallNs);
      case FIN_TO_SERVER -> finish(Direction.TO_SERVER, false, wallNs);
      case FIN_TO_CLIENT -> finish(Direction.TO_CLIENT, false, wallNs);
      case RESET_TO_SERVER -> finish(Direction.TO_SERVER, true, wallNs);
      case RESET_TO_CLIENT -> finish(Direction.TO_CLIENT, true, wallNs);
    }
  }

  private void write(Direction direction, long bytes, long wallNs) throws IOException {
    recording.bytes(direction, bytes, wallNs);
    progress.get(direction).post();
  }

  private void finish(Direction direction, boolean byReset, long wallNs) throws IOException {
    recording.ended(direction, byReset, wallNs);
    open.remove(direction);
    if (open.isEmpty()) {
      letGo();
      post(() -> tellClosed(true));
    }
  }

  private void fail(DetachReason reason, String detail) {
    failed = true;
    recording.abandon(reason.sentence() + ": " + detail);
    post(() -> tellFailed(reason, detail));
  }

  /** The owner has given up, or nobody will come any more. */
  void onAbort() {
    if (over) {
      return;
    }
    if (!failed) {
      recording.abandon("the mirror was detached");
    }
    letGo();
    post(() -> tellClosed(false));
  }

  /** The writer stops; what is left of this session will not be written. */
  void onStop() {
    if (!over && !failed) {
      fail(DetachReason.SHUTDOWN, "the capture writer has stopped");
    }
  }

  private void letGo() {
    over = true;
    if (known) {
      writer.forget(this);
    }
  }

  private void post(Runnable message) {
    try {
      loop.execute(message);
    } catch (RuntimeException e) {
      LOG.warn("{}: a loop takes no more messages: {}", writer, e.toString());
    }
  }

  private void tellFailed(DetachReason reason, String detail) {
    if (!told && !aborted && !closed) {
      told = true;
      owner.onFailed(reason, detail);
    }
  }

  private void tellClosed(boolean complete) {
    if (!closed) {
      closed = true;
      owner.onClosed(complete);
    }
  }

  private static DetachReason reasonOf(IOException failure) {
    if (failure instanceof CaptureException known) {
      return known.reason();
    }
    int errno = failure instanceof ErrnoException known ? known.errno() : 0;
    boolean scarce = errno == Errno.EMFILE || errno == Errno.ENFILE || errno == Errno.ENOMEM;
    return scarce ? DetachReason.RESOURCES : DetachReason.WRITE;
  }

  /** Progress of one direction; one message at a time is enough. */
  private final class Progress implements Runnable {
    private final Direction direction;
    private final AtomicBoolean posted = new AtomicBoolean();

    Progress(Direction direction) {
      this.direction = direction;
    }

    void post() {
      if (!posted.getAndSet(true)) {
        Handover.this.post(this);
      }
    }

    @Override
    public void run() {
      posted.set(false);
      if (!aborted && !closed) {
        owner.onProgress(direction);
      }
    }
  }
}
