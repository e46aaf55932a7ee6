package io.sluice.mirror.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.mirror.capture.EventRing.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class EventRingTest {

  @Test
  void eventsComeOutAsTheyWentIn() {
    EventRing ring = new EventRing(4);
    for (int round = 0; round < 10; round++) {
      assertThat(ring.isEmpty()).isTrue();
      assertThat(ring.poll()).isFalse();
      for (int i = 0; i < 3; i++) {
        assertThat(ring.offer(null, Kind.BYTES_TO_CLIENT, i, 10L * round)).isTrue();
      }
      for (int i = 0; i < 3; i++) {
        assertThat(ring.poll()).isTrue();
        assertThat(ring.kind()).isEqualTo(Kind.BYTES_TO_CLIENT);
        assertThat(ring.bytes()).isEqualTo(i);
        assertThat(ring.timeNs()).isEqualTo(10L * round);
      }
    }
  }

  @Test
  void fullRingRefusesAndGoesOnOnceThereIsRoom() {
    EventRing ring = new EventRing(4);
    for (int i = 0; i < 4; i++) {
      assertThat(ring.offer(null, Kind.OPENED, i, 0)).isTrue();
    }
    assertThat(ring.offer(null, Kind.OPENED, 4, 0)).isFalse();

    assertThat(ring.poll()).isTrue();
    assertThat(ring.offer(null, Kind.OPENED, 5, 0)).isTrue();
    assertThat(ring.offer(null, Kind.OPENED, 6, 0)).isFalse();
  }

  @Test
  void manyThreadsLoseNothingAndKeepTheirOrder() throws InterruptedException {
    int threads = 4;
    int each = 50_000;
    EventRing ring = new EventRing(64);
    List<Thread> producers = new ArrayList<>();
    for (int producer = 0; producer < threads; producer++) {
      int number = producer;
      Thread thread =
          new Thread(
              () -> {
                for (int i = 0; i < each; i++) {
                  while (!ring.offer(null, Kind.BYTES_TO_SERVER, i, number)) {
                    LockSupport.parkNanos(1);
                  }
                }
              });
      producers.add(thread);
      thread.start();
    }

    long[] next = new long[threads];
    long deadline = System.nanoTime() + 30_000_000_000L;
    for (int taken = 0; taken < threads * each; ) {
      assertThat(System.nanoTime() - deadline).isNegative();
      if (ring.poll()) {
        taken++;
        assertThat(ring.bytes()).isEqualTo(next[(int) ring.timeNs()]++);
      } else {
        LockSupport.parkNanos(1);
      }
    }
    for (Thread producer : producers) {
      producer.join();
    }
    assertThat(ring.isEmpty()).isTrue();
  }
}
