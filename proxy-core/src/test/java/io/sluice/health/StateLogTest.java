package io.sluice.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.backend.Server;
import io.sluice.backend.ServerState.Admin;
import io.sluice.linux.SockAddr;
import io.sluice.session.LogCapture;
import java.net.InetAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Lines as HAProxy 2.6.12 writes them in the same situations. */
@Timeout(60)
class StateLogTest {
  private static final String LOGGER = StateLog.class.getName();

  private static List<String> withoutTimes(List<String> lines) {
    return lines.stream()
        .map(line -> line.replaceAll("duration: \\d+ms", "duration: 0ms"))
        .toList();
  }

  @Test
  void downAndUpAndNoneLeft() throws Exception {
    try (LogCapture log = new LogCapture();
        CheckScene scene = new CheckScene("epoll", 1, "check { type = tcp, rise = 1 }")) {
      StateLog.watch(scene.backend);
      Server server = scene.server();
      scene.result();
      assertThat(log.of(LOGGER)).as("a step is no change of state").isEmpty();
      assertThat(server.tryEnter()).isTrue();
      scene.refuse();
      for (int i = 0; i < 3; i++) {
        scene.pass(Duration.ofSeconds(2));
        scene.result();
      }
      server.leave();
      ServerSocketChannel again = CheckScene.listening();
      scene.origins.add(again);
      server.moveTo(
          SockAddr.inet(InetAddress.getLoopbackAddress(), CheckScene.port(again)), "moved");
      scene.pass(Duration.ofSeconds(2));
      scene.result();

      assertThat(withoutTimes(log.of(LOGGER)))
          .containsExactly(
              "Server b/s0 is DOWN, reason: Layer4 connection problem, info: \"Connection"
                  + " refused\", check duration: 0ms. 0 active and 0 backup servers left. 1"
                  + " sessions active, 0 requeued, 0 remaining in queue.",
              "proxy b has no server available!",
              "Server b/s0 is UP, reason: Layer4 check passed, check duration: 0ms. 1 active and 0"
                  + " backup servers online. 0 sessions requeued, 0 total in queue.");
    }
  }

  @Test
  void whatAnOperatorWants() throws Exception {
    try (LogCapture log = new LogCapture();
        CheckScene scene = new CheckScene("epoll", 2, "check.type = tcp")) {
      StateLog.watch(scene.backend);
      Server server = scene.server();
      server.setAdmin(Admin.MAINT, "");
      server.setAdmin(Admin.READY, "");
      server.setAdmin(Admin.DRAIN, "");
      server.setAdmin(Admin.READY, "");

      assertThat(log.of(LOGGER))
          .containsExactly(
              "Server b/s0 is going DOWN for maintenance. 1 active and 0 backup servers left. 0"
                  + " sessions active, 0 requeued, 0 remaining in queue.",
              "Server b/s0 is UP (leaving forced maintenance). 2 active and 0 backup servers"
                  + " online. 0 sessions requeued, 0 total in queue.",
              "Server b/s0 enters drain state. 1 active and 0 backup servers online. 0 sessions"
                  + " requeued, 0 total in queue.",
              "Server b/s0 is UP (leaving forced drain). 2 active and 0 backup servers online. 0"
                  + " sessions requeued, 0 total in queue.");
    }
  }
}
