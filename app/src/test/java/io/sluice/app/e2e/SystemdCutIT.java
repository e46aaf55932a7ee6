package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** What a restart cuts off, and what it does not. */
@EndToEnd
@EnabledIf(
    value = "io.sluice.app.e2e.Container#isPossible",
    disabledReason = "boots a systemd in a container: needs root")
class SystemdCutIT extends UnderSystemd {
  private static final int HELD = 5;

  @Test
  void restartCountsWhatItCuts() throws Exception {
    configure(
        "drain-timeout = 300ms", "frontends.web { bind = \"127.0.0.1:8080\", backend = app }");
    container.run("systemctl", "start", "sluice");
    List<Program> held = new ArrayList<>();
    try {
      for (int i = 0; i < HELD; i++) {
        String client = Tool.SOCAT.path();
        held.add(container.start("held" + i, NOTHING, client, "-u", "TCP:127.0.0.1:8080", "-"));
      }
      container.awaitProperty("sluice", "StatusText", HELD + " sessions, .*");

      container.run("systemctl", "restart", "sluice");

      for (Program client : held) {
        client.awaitExit(Container.PATIENCE);
      }
    } finally {
      held.forEach(Program::close);
    }
    String cut =
        "stopped: closed " + HELD + " sessions that were still open after the drain timeout";
    await()
        .atMost(Container.PATIENCE)
        .untilAsserted(() -> assertThat(journal()).containsOnlyOnce(cut));
    assertThat(journal().stream().filter(line -> line.contains(" K- "))).hasSize(HELD);
    assertForwards("TCP:127.0.0.1:8080");
    container.run("systemctl", "kill", "--signal=USR1", "sluice");
    String counters = "counters proxy: .*sessions_total=1 .*closed_killed_total=0 .*";
    await()
        .atMost(Container.PATIENCE)
        .untilAsserted(() -> assertThat(journal()).anyMatch(line -> line.matches(counters)));
  }
}
