package io.sluice.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.ConfigReader;
import io.sluice.config.PumpConfig;
import io.sluice.linux.LinuxSyscalls;
import io.sluice.linux.OpenDescriptors;
import io.sluice.transport.Transport;
import io.sluice.transport.epoll.EpollTransport;
import io.sluice.transport.nio.NioTransport;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A loop on its own thread, over the real pollers. */
class EventLoopThreadTest {
  private static final long WAIT_S = 10;
  private static final int STOP_MS = 10_000;

  private static EventLoop start(String transport) throws Exception {
    PumpConfig pump =
        ConfigReader.parse(
                "test",
                "sluice { frontends.f { bind = \":0\", backend = b },"
                    + " backends.b.servers.s = \"127.0.0.1:1\" }")
            .config()
            .pump();
    Transport chosen =
        transport.equals("epoll")
            ? new EpollTransport(LinuxSyscalls.open(), true, pump)
            : new NioTransport();
    EventLoop loop = new EventLoop(0, chosen.openPoller(pump), Clock.SYSTEM);
    loop.start();
    return loop;
  }

  private static void await(CountDownLatch latch) throws InterruptedException {
    assertThat(latch.await(WAIT_S, TimeUnit.SECONDS)).as("it happened").isTrue();
  }

  /** A poll waits for ever here, so that each round needs its wake-up. */
  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void everyExecuteFromAnotherThreadWakesThePoll(String transport) throws Exception {
    EventLoop loop = start(transport);
    for (int round = 0; round < 2000; round++) {
      CountDownLatch done = new CountDownLatch(1);
      loop.execute(done::countDown);
      await(done);
    }
    assertThat(loop.stop(STOP_MS)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void commandsOfManyThreadsRunOnceEachOnTheLoopsThread(String transport) throws Exception {
    EventLoop loop = start(transport);
    int threads = 4;
    int each = 5000;
    CountDownLatch done = new CountDownLatch(threads * each);
    AtomicInteger elsewhere = new AtomicInteger();
    for (int i = 0; i < threads; i++) {
      new Thread(
              () -> {
                for (int n = 0; n < each; n++) {
                  loop.execute(
                      () -> {
                        elsewhere.addAndGet(loop.isCurrent() ? 0 : 1);
                        done.countDown();
                      });
                }
              })
          .start();
    }
    await(done);

    assertThat(elsewhere.get()).isZero();
    assertThat(loop.stop(STOP_MS)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void aTimerEndsTheWaitOfThePoll(String transport) throws Exception {
    EventLoop loop = start(transport);
    CountDownLatch fired = new CountDownLatch(1);
    loop.execute(() -> loop.timers().arm(timer(fired::countDown), loop.nowNs() + 30_000_000));
    await(fired);

    assertThat(loop.stop(STOP_MS)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void anExceptionInACommandATimerOrATaskDoesNotEndTheLoop(String transport) throws Exception {
    EventLoop loop = start(transport);
    for (String where : new String[] {"command", "timer", "task"}) {
      loop.execute(
          () -> {
            switch (where) {
              case "command" -> fail(where);
              case "timer" -> loop.timers().arm(timer(() -> fail(where)), loop.nowNs());
              default -> loop.enqueue(() -> fail(where));
            }
          });
    }
    CountDownLatch after = new CountDownLatch(1);
    loop.execute(() -> loop.timers().arm(timer(after::countDown), loop.nowNs() + 3_000_000));
    await(after);

    assertThat(loop.stop(STOP_MS)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void stopReleasesThePollerAndLaterCommandsAreHarmless(String transport) throws Exception {
    start(transport).stop(STOP_MS); // What the first one loads stays open.
    Map<Integer, String> before = OpenDescriptors.now();
    EventLoop loop = start(transport);
    assertThat(OpenDescriptors.since(before)).isNotEmpty();

    assertThat(loop.stop(STOP_MS)).isTrue();

    assertThat(OpenDescriptors.since(before)).isEmpty();
    AtomicInteger ran = new AtomicInteger();
    loop.execute(ran::incrementAndGet);
    assertThat(loop.stop(STOP_MS)).as("a second time").isTrue();
    assertThat(ran.get()).isZero();
    assertThat(OpenDescriptors.since(before)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void stopTellsOfALoopThatHangs(String transport) throws Exception {
    EventLoop loop = start(transport);
    CountDownLatch hanging = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    loop.execute(
        () -> {
          hanging.countDown();
          try {
            release.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
    await(hanging);

    assertThat(loop.stop(20)).isFalse();

    release.countDown();
    assertThat(loop.stop(STOP_MS)).isTrue();
  }

  private static Timer timer(Runnable body) {
    return new Timer() {
      @Override
      protected void onTimer() {
        body.run();
      }
    };
  }

  private static void fail(String where) {
    throw new IllegalStateException("of the test, in a " + where);
  }
}
