package io.sluice.transport.nio;

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
  static final long IDLE_BYTES_MAX = 2L << 20;

  private static final int[] CLASSES = {4 << 10, 16 << 10, 64 << 10};

  private final ByteBuffer shared;
  private final int[] classBytes;
  private final ArrayDeque<ByteBuffer>[] idle;
  private BufferPump owner;
  private long idleBytes;
  private int inUse;

  BufferPool(int sharedBytes) {
    shared = ByteBuffer.allocateDirect(sharedBytes);
    classBytes = classesFor(sharedBytes);
    idle = emptyDeques(classBytes.length);
  }

  /** The shared buffer, empty, for {@code pump}, which must end its turn with it before others. */
  ByteBuffer takeShared(BufferPump pump) {
    assert owner == null : "the shared buffer holds another pump's bytes";
    owner = pump;
    return shared.clear();
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
    return kept.clear().put(source).flip();
  }

  void giveBackKept(ByteBuffer kept) {
    assert inUse > 0 : "more buffers came back than were lent";
    inUse--;
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

  private static int[] classesFor(int sharedBytes) {
    if (sharedBytes <= CLASSES[CLASSES.length - 1]) {
      return CLASSES;
    }
    int[] withLargest = Arrays.copyOf(CLASSES, CLASSES.length + 1);
    withLargest[CLASSES.length] = sharedBytes;
    return withLargest;
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // Java has no arrays of generic types.
  private static ArrayDeque<ByteBuffer>[] emptyDeques(int count) {
    ArrayDeque<ByteBuffer>[] deques = new ArrayDeque[count];
    Arrays.setAll(deques, i -> new ArrayDeque<>());
    return deques;
  }
}
