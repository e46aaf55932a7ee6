package io.sluice.linux;

import com.kenai.jffi.MemoryIO;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Memory that both Java and the kernel see: a direct buffer in native byte order and its address.
 *
 * <p>Invariant: the address is valid for as long as this object is reachable. Keep it in a field of
 * whatever passes the address to a call; the memory is given back when the object is collected.
 * Thread rule: that of its owner.
 */
public final class NativeMemory {

  private final ByteBuffer buffer;
  private final long address;

  private NativeMemory(ByteBuffer buffer) {
    this.buffer = buffer;
    this.address = MemoryIO.getInstance().getDirectBufferAddress(buffer);
  }

  /** Zeroed memory of {@code bytes} bytes; slow, so for set-up only. */
  public static NativeMemory allocate(int bytes) {
    return new NativeMemory(ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder()));
  }

  /** The address of index 0. */
  public long address() {
    return address;
  }

  /** The same memory; always the same buffer, so position and limit are shared by all users. */
  public ByteBuffer buffer() {
    return buffer;
  }

  /** The size in bytes. */
  public int bytes() {
    return buffer.capacity();
  }
}
