package io.sluice.transport.nio;

import io.sluice.transport.KeptBytes;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * One loop's copy buffers: the one through which all pumps copy, and those that keep bytes for
 * blocked targets.
 *
 * <p>Invariant: the shared buffer has at most one owner, and only its owner's bytes are in it. A
 * kept buffer is lent to one pump at a time, and its limit never lies beyond that pump's own bytes.
 *
 * <p>Loop thread only.
 */
final class BufferPool {

  /** Idle kept buffers beyond this sum are left to the collector. */
  static final long IDLE_BYTES_MAX = KeptBytes.BUDGET;

  private final ByteBuffer shared;
  private final int[] classBytes;
  private final ArrayDeque<ByteBuffer>[] idle;
  private BufferPump owner;
  private long idleBytes;
  private int inUse;
  private long inUseBytes;

  BufferPool(int sharedBytes) {
    shared = ByteBuffer.allocateDirect(sharedBytes);
    classBytes = KeptBytes.sizes(sharedBytes);
    idle = emptyDeques(classBytes.length);
  }

  /** The shared buffer, empty, for {@code pump}, which must end its turn with it before others. */
  ByteBuffer takeShared(BufferPump pump) {
    if (owner != null) { // Not an assertion: it would be another client's bytes.
      throw new IllegalStateException("the shared buffer holds another pump's bytes");
    }
    owner = pump;
    shared.clear();
    // Beyond the budget a flow reads little at a time, so that who does not read can pin little.
    return inUseBytes < KeptBytes.BUDGET
        ? shared
        : shared.limit(Math.min(shared.capacity(), classBytes[0]));
  }

  void giveBackShared(BufferPump pump) {
    assert owner == pump : "the shared buffer is not this pump's";
    owner = null;
  }

  /** A buffer of its own with the remaining bytes of {@code source}, ready to be written. */
  ByteBuffer keep(ByteBuffer source) {
    int sizeClass = classOf(source.remaining());
    ByteBuffer kept = idle[sizeClass].poll();
    if (kept == null) {
      kept = ByteBuffer.allocateDirect(classBytes[sizeClass]);
    } else {
      idleBytes -= kept.capacity();
    }
    inUse++;
    inUseBytes += kept.capacity();
    return kept.clear().put(source).flip();
  }

  void giveBackKept(ByteBuffer kept) {
    assert inUse > 0 : "more buffers came back than were lent";
    inUse--;
    inUseBytes -= kept.capacity();
    if (idleBytes + kept.capacity() <= IDLE_BYTES_MAX) {
      idleBytes += kept.capacity();
      idle[classOf(kept.capacity())].push(kept);
    }
  }

  /** Kept buffers that pumps hold now. */
  int inUse() {
    return inUse;
  }

  long idleBytes() {
    return idleBytes;
  }

  private int classOf(int bytes) {
    int sizeClass = 0;
    while (classBytes[sizeClass] < bytes) {
      sizeClass++;
    }
    return sizeClass;
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // Java has no arrays of generic types.
  private static ArrayDeque<ByteBuffer>[] emptyDeques(int count) {
    ArrayDeque<ByteBuffer>[] deques = new ArrayDeque[count];
    Arrays.setAll(deques, i -> new ArrayDeque<>());
    return deques;
  }
}
