package io.sluice.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.loop.EventLoop;
import io.sluice.loop.ManualClock;
import io.sluice.loop.ScriptedPoller;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/** A server that comes back gets its share step by step. */
class SlowStartTest {
  private static final long BEGIN = Long.MAX_VALUE - 5; // The clock may wrap.

  private static void tick(Backend backend, int seconds) {
    backend.tick(BEGIN + Duration.ofSeconds(seconds).toNanos());
  }

  private static Backend backend() throws Exception {
    return Scene.backend(
        "", "weight = 2, slow-start = 20s, max-connections = 200", "weight = 2, slow-start = 20s");
  }

  @Test
  void weightAndLimitGrowEvenlyAfterDown() throws Exception {
    Backend backend = backend();
    Server server = backend.servers().get(0);
    Scene.down(server);
    Scene.up(server);
    tick(backend, 0);
    assertThat(server.slowStart().percent()).isEqualTo(1);
    assertThat(server.limit()).isEqualTo(2);

    for (int second = 1; second < 20; second++) {
      tick(backend, second);
      assertThat(server.slowStart().percent()).isEqualTo(5 * second);
      assertThat(server.weightHundredths()).isEqualTo(10 * second);
      assertThat(server.limit()).isEqualTo(10 * second);
      assertThat(server.weight()).isEqualTo(2);
    }
    tick(backend, 20);
    assertThat(server.slowStart().percent()).isEqualTo(100);
    assertThat(server.limit()).isEqualTo(200);
  }

  @Test
  void theShareOfSessionsFollows() throws Exception {
    Backend backend = backend();
    Scene.down(backend.servers().get(0));
    Scene.up(backend.servers().get(0));
    tick(backend, 0);
    tick(backend, 5);
    int[] counts = new int[2];
    for (int i = 0; i < 1000; i++) {
      counts[backend.servers().indexOf(backend.choose(Scene.CLIENT, null, null))]++;
    }

    assertThat(counts).containsExactly(200, 800); // 25 to 100.
  }

  @Test
  void aLimitThatGrowsServesTheQueue() throws Exception {
    Backend backend = Scene.backend("", "slow-start = 10s, max-connections = 10");
    Scene.down(backend.servers().get(0));
    Scene.up(backend.servers().get(0));
    tick(backend, 0);
    for (int i = 0; i < 10; i++) {
      new Scene.Listener("w" + i, new ArrayList<>()).assign(backend, Scene.CLIENT);
    }
    assertThat(backend.queued()).isEqualTo(9);

    tick(backend, 4);
    assertThat(backend.queued()).isEqualTo(6);
    tick(backend, 11);
    assertThat(backend.queued()).isZero();
  }

  @Test
  void nothingIsSlowAtTheStartOrAfterMaintenance() throws Exception {
    Backend backend = backend();
    Server server = backend.servers().get(0);
    assertThat(server.slowStart().percent()).isEqualTo(100);
    Scene.up(server);
    assertThat(server.slowStart().percent()).isEqualTo(100);

    server.setAdmin(ServerState.Admin.MAINT, "");
    server.setAdmin(ServerState.Admin.READY, "");
    tick(backend, 1);
    assertThat(server.slowStart().percent()).isEqualTo(100);
  }

  @Test
  void aServerThatFallsAgainBeginsAgain() throws Exception {
    Backend backend = backend();
    Server server = backend.servers().get(0);
    Scene.down(server);
    Scene.up(server);
    tick(backend, 0);
    tick(backend, 10);
    Scene.down(server);
    tick(backend, 12);
    Scene.up(server);
    assertThat(server.slowStart().percent()).isEqualTo(1);
    tick(backend, 30);
    tick(backend, 40);
    assertThat(server.slowStart().percent()).isEqualTo(50);
  }

  @Test
  void withoutSlowStartAServerIsBackAtOnce() throws Exception {
    Backend backend = Scene.backend("", "weight = 2");
    Scene.down(backend.servers().get(0));
    Scene.up(backend.servers().get(0));

    assertThat(backend.servers().get(0).slowStart().percent()).isEqualTo(100);
  }

  @Test
  void theLoopTicksOnlyWhileAServerWarmsUp() throws Exception {
    ManualClock clock = new ManualClock();
    EventLoop loop = new EventLoop(0, new ScriptedPoller(), clock);
    loop.adopt();
    Backend backend = Scene.backend("", "slow-start = 10s", "weight = 1");
    WarmUp.watch(backend, loop);
    Server server = backend.servers().get(0);
    loop.turn(0);
    assertThat(loop.timers().size()).isZero();

    Scene.down(server);
    Scene.up(server);
    for (int i = 0; i <= 50; i++) {
      loop.turn(0);
      clock.advance(Duration.ofMillis(100));
    }
    assertThat(server.slowStart().percent()).isBetween(48, 50);
    for (int i = 0; i <= 55; i++) {
      loop.turn(0);
      clock.advance(Duration.ofMillis(100));
    }
    assertThat(server.slowStart().percent()).isEqualTo(100);
    assertThat(loop.timers().size()).isZero();
  }
}
