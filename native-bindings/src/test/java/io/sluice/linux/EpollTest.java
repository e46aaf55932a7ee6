package io.sluice.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.linux.FaultySyscalls.Call;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(value = OS.LINUX, disabledReason = "makes Linux system calls")
class EpollTest {

  private final FaultySyscalls sys;

  EpollTest() throws IOException {
    sys = new FaultySyscalls(LinuxSyscalls.open(), 1);
  }

  @Test
  void theEventIsPackedOnX86Only() {
    assertThat(Epoll.EventLayout.of("amd64")).isEqualTo(new Epoll.EventLayout(12, 4));
    assertThat(Epoll.EventLayout.of("aarch64")).isEqualTo(new Epoll.EventLayout(16, 8));
    assertThat(Epoll.EventLayout.of("riscv64")).isEqualTo(new Epoll.EventLayout(16, 8));
  }

  @Test
  void allSixtyFourBitsOfDataComeBackForEveryEventOfABatch() throws IOException {
    long[] data = {0xFEDC_BA98_7654_3210L, -1L, 0L, Long.MIN_VALUE, 0x0123_4567_89AB_CDEFL};
    Map<Long, Integer> seen = new HashMap<>();
    EventFd[] sources = new EventFd[data.length];
    try (Epoll epoll = Epoll.create(sys, data.length)) {
      for (int i = 0; i < data.length; i++) {
        sources[i] = EventFd.create(sys);
        sources[i].signal();
        assertThat(epoll.add(sources[i].raw(), Linux.EPOLLIN | Linux.EPOLLET, data[i])).isZero();
      }

      int count = epoll.await(0);

      for (int i = 0; i < count; i++) {
        seen.put(epoll.data(i), epoll.events(i));
      }
    } finally {
      for (EventFd source : sources) {
        source.close();
      }
    }
    assertThat(seen).hasSize(data.length).containsKeys(data[0], data[1], data[2], data[3], data[4]);
    assertThat(seen.values()).containsOnly(Linux.EPOLLIN);
  }

  @Test
  void anEdgeIsReportedOnceAndAgainWhenAddedAnew() throws IOException {
    try (Epoll epoll = Epoll.create(sys, 4);
        EventFd source = EventFd.create(sys)) {
      source.signal();
      epoll.add(source.raw(), Linux.EPOLLIN | Linux.EPOLLET, 1);
      assertThat(epoll.await(0)).isEqualTo(1);
      assertThat(epoll.await(0)).isZero();

      assertThat(epoll.delete(source.raw())).isZero();
      assertThat(epoll.add(source.raw(), Linux.EPOLLIN | Linux.EPOLLET, 2)).isZero();

      assertThat(epoll.await(0)).isEqualTo(1);
      assertThat(epoll.data(0)).isEqualTo(2);
      assertThat(epoll.delete(source.raw())).isZero();
      source.signal();
      assertThat(epoll.await(0)).isZero();
    }
  }

  @Test
  void aBatchIsNeverLargerThanItsMemory() throws IOException {
    try (Epoll epoll = Epoll.create(sys, 1);
        EventFd one = EventFd.create(sys);
        EventFd two = EventFd.create(sys)) {
      one.signal();
      two.signal();
      epoll.add(one.raw(), Linux.EPOLLIN, 1);
      epoll.add(two.raw(), Linux.EPOLLIN, 2);

      assertThat(epoll.await(0)).isEqualTo(1);
    }
  }

  @Test
  void errorsAreValues() throws IOException {
    try (Epoll epoll = Epoll.create(sys, 1);
        EventFd source = EventFd.create(sys)) {
      assertThat(epoll.add(source.raw(), Linux.EPOLLIN, 1)).isZero();
      assertThat(epoll.add(source.raw(), Linux.EPOLLIN, 1)).isEqualTo(-Errno.EEXIST);
      assertThat(epoll.delete(source.raw())).isZero();
      assertThat(epoll.delete(source.raw())).isEqualTo(-Errno.ENOENT);
    }
  }

  @Test
  void aSignalDuringTheWaitIsNoEvent() throws IOException {
    try (Epoll epoll = Epoll.create(sys, 1)) {
      sys.failNth(Call.EPOLL_WAIT, 1, Errno.EINTR);

      assertThat(epoll.await(-1)).isZero();
    }
  }

  @Test
  void noDescriptorLeftIsToldWithTheCall() {
    sys.failAlways(Call.EPOLL_CREATE1, Errno.EMFILE);

    assertThatThrownBy(() -> Epoll.create(sys, 1))
        .isInstanceOf(ErrnoException.class)
        .hasMessage("epoll_create1: Too many open files (EMFILE)");
  }
}
