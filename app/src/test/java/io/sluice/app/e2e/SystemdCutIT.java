package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
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
  private static final String SOCKET = "run/sluice/web.sock";

  @Test
  void restartCountsWhatItCuts() throws Exception {
    startWith("drain-timeout = 300ms", WEB);
    List<Program> held = new ArrayList<>();
    try {
      for (int i = 0; i < HELD; i++) {
        held.add(hold("held" + i));
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
    awaitJournal(cut);
    assertThat(journal()).containsOnlyOnce(cut);
    assertThat(journal().stream().filter(line -> line.contains(" K- "))).hasSize(HELD);
    assertForwards(TO_WEB);
    container.run("systemctl", "kill", "--signal=USR1", "sluice");
    String counters = "counters proxy: .*sessions_total=1 .*closed_killed_total=0 .*";
    awaitJournal(counters);
  }

  /** Clients that connect while there is no process wait in the queue of the path. */
  @Test
  void unixSocketItBoundItselfOutlivesARestartAndAKill() throws Exception {
    configure(
        "frontends.web { bind = \"unix:/run/sluice/web.sock\", backend = app,"
            + " listen.unix-mode = \"0666\" }");
    override("DynamicUser=no", "User=daemon", "RuntimeDirectoryPreserve=restart");
    container.run("systemctl", "start", "sluice");
    String file = socketFile();
    assertThat(file).endsWith(" 666 daemon");

    String path = container.root().resolve(SOCKET).toString();

    assertAnswersEverybodyDuring(
        "UNIX-CONNECT:" + path, () -> container.run("systemctl", "restart", "sluice"));
    assertIsUpWith(file);

    // A connection that the killed process had is cut; none is refused.
    assertRefusesNobodyDuring(
        "echo $client | socat -t20 - UNIX-CONNECT:" + path + " >/dev/null",
        () -> container.run("systemctl", "kill", "--signal=KILL", "sluice"));
    assertIsUpWith(file);

    container.run("systemctl", "stop", "sluice");
    assertThat(container.root().resolve(SOCKET)).doesNotExist();
  }

  private static String socketFile() throws IOException {
    return container.run("stat", "--format=%i %a %U", "/" + SOCKET);
  }

  private static void assertIsUpWith(String socketFile) throws IOException {
    container.awaitProperty("sluice", "ActiveState", "active");
    assertThat(socketFile()).isEqualTo(socketFile);
  }
}
