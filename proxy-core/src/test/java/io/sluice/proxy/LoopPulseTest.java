package io.sluice.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.ConfigReader;
import io.sluice.config.PumpConfig;
import io.sluice.loop.Clock;
import io.sluice.loop.EventLoop;
import io.sluice.session.ConnectionGate;
import io.sluice.session.SessionLoop;
import io.sluice.stats.CounterSet;
import io.sluice.transport.nio.NioTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LoopPulseTest {
  private static final Duration PATIENT = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(50);
  private static final int STOP_MS = 10_000;

  private final List<SessionLoop> loops = new ArrayList<>();
  private LoopPulse pulse;

  @BeforeEach
  void start() throws Exception {
    PumpConfig pump =
        ConfigReader.parse(
                "test",
                "sluice { frontends.f { bind = \":0\", backend = b },"
                    + " backends.b.servers.s = \"127.0.0.1:1\" }")
            .config()
            .pump();
    for (int index = 0; index < 3; index++) {
      EventLoop loop = new EventLoop(index, new NioTransport().openPoller(pump), Clock.SYSTEM);
      loop.start();
      loops.add(new SessionLoop(loop, new CounterSet(3), new ConnectionGate(1), 1));
    }
    pulse = new LoopPulse(loops);
  }

  @AfterEach
  void stop() {
    loops.forEach(sessions -> assertThat(sessions.loop().stop(STOP_MS)).isTrue());
  }

  @Test
  void loopsThatSleepAnswer() throws Exception {
    for (int round = 0; round < 100; round++) {
      assertThat(pulse.silent(PATIENT)).isEmpty();
    }
  }

  @Test
  void loopThatHangsIsNamedUntilItTurnsAgain() throws Exception {
    CountDownLatch hanging = new CountDownLatch(1);
    Semaphore release = new Semaphore(0);
    EventLoop hung = loops.get(1).loop();
    hung.execute(
        () -> {
          hanging.countDown();
          release.acquireUninterruptibly();
        });
    assertThat(hanging.await(PATIENT.toSeconds(), TimeUnit.SECONDS)).isTrue();

    for (int round = 0; round < 3; round++) {
      assertThat(pulse.silent(SHORT)).contains(1);
    }
    // The others may be late on a machine that is busy, which they are not for ever.
    Awaitility.await().atMost(PATIENT).until(() -> pulse.silent(SHORT).equals(List.of(1)));

    release.release();
    Awaitility.await().atMost(PATIENT).until(() -> pulse.silent(SHORT).isEmpty());
    assertThat(pulse.silent(PATIENT)).isEmpty();
  }
}
