package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
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

  /** Clients that connect while there is no process wait in the queue of the path. */
  @Test
  void unixSocketItBoundItselfOutlivesARestartAndAKill() throws Exception {
    configure(
        "frontends.web { bind = \"unix:/run/sluice/web.sock\", backend = app,"
            + " listen.unix-mode = \"0666\" }");
    override("DynamicUser=no", "User=daemon", "RuntimeDirectoryPreserve=restart");
    container.run("systemctl", "start", "sluice");
    String file = container.run("stat", "--format=%i %a %U", "/run/sluice/web.sock");
    assertThat(file).endsWith(" 666 daemon");

    for (String way : List.of("restart", "kill")) {
      String path = container.root().resolve("run/sluice/web.sock").toString();
      String clients =
          """
          for client in {1..200}; do
            answer=$(echo $client | socat -t20 - UNIX-CONNECT:%s)
            [[ $answer == $client ]] || [[ %s == kill ]] || echo "lost $client"
            [[ $client != 20 ]] || echo begun
          done
          echo done
          """
              .formatted(path, way);
      try (Program load = container.start("load", NOTHING, "/bin/bash", "-c", clients)) {
        load.awaitStdout(Pattern.compile("begun"), Container.PATIENCE);

        if (way.equals("restart")) {
          container.run("systemctl", "restart", "sluice");
        } else {
          container.run("systemctl", "kill", "--signal=KILL", "sluice");
        }

        assertThat(load.isAlive()).as("clients outlast the " + way).isTrue();
        load.awaitExit(Container.PATIENCE);
        assertThat(load.stdout()).isEqualTo("begun\ndone\n");
        // A connection that the killed process had is cut; none is refused.
        assertThat(load.stderr()).doesNotContain("refused", "No such file");
      }
      container.awaitProperty("sluice", "ActiveState", "active");
      assertThat(container.run("stat", "--format=%i %a %U", "/run/sluice/web.sock"))
          .isEqualTo(file);
    }
    container.run("systemctl", "stop", "sluice");
    assertThat(container.root().resolve("run/sluice/web.sock")).doesNotExist();
  }
}
