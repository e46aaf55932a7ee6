package io.sluice.transport.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.transport.FlowCounters;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BufferPoolTest {

  private final BufferPool pool = new BufferPool(64 << 10);

  @Test
  void keptBytesGetABufferOfFittingSize() {
    assertThat(keep(1).capacity()).isEqualTo(4 << 10);
    assertThat(keep(4 << 10).capacity()).isEqualTo(4 << 10);
    assertThat(keep((4 << 10) + 1).capacity()).isEqualTo(16 << 10);
    assertThat(keep(64 << 10).capacity()).isEqualTo(64 << 10);
  }

  @Test
  void everythingThatFitsTheSharedBufferCanBeKept() {
    BufferPool large = new BufferPool(1 << 20);

    assertThat(large.keep(ByteBuffer.allocate((64 << 10) + 1)).capacity()).isEqualTo(256 << 10);
    assertThat(large.keep(ByteBuffer.allocate(1 << 20)).remaining()).isEqualTo(1 << 20);
  }

  @Test
  void keptBufferHoldsOnlyTheBytesOfItsNewOwner() {
    ByteBuffer first = pool.keep(ByteBuffer.wrap("a longer secret".getBytes(ascii())));
    pool.giveBackKept(first);

    ByteBuffer second = pool.keep(ByteBuffer.wrap("short".getBytes(ascii())));

    assertThat(second).isSameAs(first);
    assertThat(ascii().decode(second).toString()).isEqualTo("short");
  }

  @Test
  void usedBuffersAreCounted() {
    ByteBuffer one = keep(1);
    ByteBuffer other = keep(1);
    assertThat(pool.inUse()).isEqualTo(2);

    pool.giveBackKept(one);
    pool.giveBackKept(other);

    assertThat(pool.inUse()).isZero();
    assertThat(pool.idleBytes()).isEqualTo(8 << 10);
  }

  @Test
  void idleBuffersAreBounded() {
    List<ByteBuffer> lent = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      lent.add(keep(64 << 10));
    }

    lent.forEach(pool::giveBackKept);

    assertThat(pool.inUse()).isZero();
    assertThat(pool.idleBytes()).isEqualTo(BufferPool.IDLE_BYTES_MAX);
    keep(64 << 10);
    assertThat(pool.idleBytes()).isEqualTo(BufferPool.IDLE_BYTES_MAX - (64 << 10));
  }

  @Test
  void sharedBufferIsNeverTakenFromItsOwner() {
    BufferPump owner = new BufferPump(null, null, pool, new FlowCounters());
    BufferPump other = new BufferPump(null, null, pool, new FlowCounters());
    pool.takeShared(owner);

    assertThatThrownBy(() -> pool.takeShared(other))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("another pump's bytes");
  }

  private ByteBuffer keep(int bytes) {
    return pool.keep(ByteBuffer.allocate(bytes));
  }

  private static Charset ascii() {
    return StandardCharsets.US_ASCII;
  }
}
