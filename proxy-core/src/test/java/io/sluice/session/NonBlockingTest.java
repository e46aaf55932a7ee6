package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.Linux;
import io.sluice.linux.OpenDescriptors;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * SPLICE_F_NONBLOCK is about the pipe alone: a socket without O_NONBLOCK stops the whole loop. And
 * kernels before 5.1 look at the flag alone for the pipe, so both are needed.
 */
@ExtendWith(OpenDescriptors.class)
class NonBlockingTest {

  @Test
  @DisplayName("15: whatever is open in a session is non-blocking and closed on exec")
  void everyDescriptorIsNonBlockingAndClosedOnExec() throws Exception {
    Map<Integer, String> before = OpenDescriptors.now();
    try (LoopHarness harness = LoopHarness.epoll("pump.mode = splice")) {
      LoopHarness.Pair pair = harness.pair();
      // Before any traffic, in which a blocking one would stop the test as it stops a loop.
      expectOurs(before, "socket", "socket", "socket", "anon_inode", "anon_inode");

      new Delivery(pair.server(), pair.client(), new byte[32 << 20]).stuff(harness);
      assertThat(harness.poller.usage().pipesInUse()).isEqualTo(1);
      expectOurs(before, "socket", "socket", "socket", "anon_inode", "anon_inode", "pipe", "pipe");
    }
  }

  /** Listener, client and server; epoll and eventfd; the ends of a pipe. */
  private static void expectOurs(Map<Integer, String> before, String... kinds) {
    Map<Integer, String> opened = OpenDescriptors.since(before);
    opened.forEach(
        (fd, what) -> {
          if (!what.contains("eventpoll")) {
            assertThat(has(fd, Linux.O_NONBLOCK)).as("O_NONBLOCK of %s", what).isTrue();
          }
        });
    // The peers' sockets, which the JDK has made, are not closed on exec: these are ours.
    opened.keySet().removeIf(fd -> !has(fd, Linux.O_CLOEXEC));
    assertThat(opened.values().stream().map(what -> what.replaceAll("[:\\[].*", "")))
        .containsExactlyInAnyOrder(kinds);
  }

  private static boolean has(int fd, int flag) {
    return (OpenDescriptors.flags(fd) & flag) != 0;
  }
}
