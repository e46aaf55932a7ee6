package io.sluice.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The turn of a loop, on the test's own thread with a clock that stands still. */
class EventLoopTest {
  private static final int MAX_WAIT_MS = 1234;

  private final ManualClock clock = new ManualClock();
  private final ScriptedPoller poller = new ScriptedPoller();
  private final EventLoop loop = new EventLoop(3, poller, clock, new Lookout(clock));
  private final List<String> ran = new ArrayList<>();

  @BeforeEach
  void adopt() {
    loop.adopt();
  }

  private Timer timer(String name) {
    return new Timer() {
      @Override
      protected void onTimer() {
        ran.add(name);
      }
    };
  }

  @Test
  void aTurnPollsThenRunsCommandsThenTasksThenTimers() {
    loop.enqueue(() -> ran.add("task"));
    loop.timers().arm(timer("timer"), loop.nowNs() + 1);
    loop.execute(() -> ran.add("command"));
    poller.onPoll =
        () -> {
          ran.add("poll");
          clock.advance(Duration.ofMillis(1));
        };

    loop.turn(MAX_WAIT_MS);

    assertThat(ran).containsExactly("poll", "command", "task", "timer");
    assertThat(loop.turns()).isEqualTo(1);
  }

  @Test
  void everythingInATurnHappensAtTheTimeAfterThePoll() {
    List<Long> seen = new ArrayList<>();
    long begunNs = clock.nanoTime();
    poller.onPoll = () -> clock.advance(Duration.ofMillis(7));
    loop.execute(
        () -> {
          seen.add(loop.nowNs());
          clock.advance(Duration.ofSeconds(1));
        });
    loop.enqueue(() -> seen.add(loop.nowNs()));

    loop.turn(MAX_WAIT_MS);

    assertThat(seen).containsExactly(begunNs + 7_000_000, begunNs + 7_000_000);
  }

  @Test
  void withNothingToDoThePollWaitsAsLongAsItMay() {
    loop.turn(MAX_WAIT_MS);

    assertThat(poller.lastWait()).isEqualTo(MAX_WAIT_MS);
  }

  @Test
  void thePollWaitsNoLongerThanTheNextTimerNeeds() {
    loop.timers().arm(timer("t"), loop.nowNs() + 40_000_000);
    loop.turn(MAX_WAIT_MS);
    assertThat(poller.lastWait()).isEqualTo(40);

    clock.advance(Duration.ofMillis(39));
    loop.turn(MAX_WAIT_MS);
    assertThat(poller.lastWait()).isEqualTo(1);
    assertThat(ran).isEmpty();

    clock.advance(Duration.ofMillis(1));
    loop.turn(MAX_WAIT_MS);
    assertThat(poller.lastWait()).isZero();
    assertThat(ran).containsExactly("t");
  }

  @Test
  void aTaskThatQueuesItselfRunsOnceInATurnAndThePollDoesNotWait() {
    EventLoop.Task[] task = new EventLoop.Task[1];
    task[0] =
        () -> {
          ran.add("task");
          loop.enqueue(task[0]);
        };
    loop.enqueue(task[0]);

    for (int turn = 1; turn <= 3; turn++) {
      loop.turn(MAX_WAIT_MS);
      assertThat(ran).hasSize(turn);
      assertThat(poller.lastWait()).isZero();
    }
  }

  @Test
  void aTaskQueuedByACommandOrATimerRunsInTheSameTurn() {
    loop.execute(() -> loop.enqueue(() -> ran.add("task")));
    loop.turn(MAX_WAIT_MS);

    assertThat(ran).containsExactly("task");
  }

  @Test
  void aCommandThatQueuesACommandDoesNotHoldUpTheTurn() {
    Runnable[] command = new Runnable[1];
    command[0] =
        () -> {
          ran.add("command");
          loop.execute(command[0]);
        };
    loop.execute(command[0]);
    loop.enqueue(() -> ran.add("task"));

    loop.turn(MAX_WAIT_MS);
    assertThat(ran).containsExactly("command", "task");

    loop.turn(MAX_WAIT_MS);
    assertThat(ran).containsExactly("command", "task", "command");
    assertThat(poller.lastWait()).isZero();
  }

  @Test
  void onlyOtherThreadsWakeThePoll() throws InterruptedException {
    loop.execute(() -> ran.add("own"));
    assertThat(poller.wakeups).isZero();

    Thread other = new Thread(() -> loop.execute(() -> ran.add("other")));
    other.start();
    other.join();
    assertThat(poller.wakeups).isEqualTo(1);

    loop.turn(MAX_WAIT_MS);
    assertThat(ran).containsExactly("own", "other");
  }

  @Test
  void whatIsBehindAnExceptionRunsInTheNextTurn() {
    loop.execute(
        () -> {
          throw new IllegalStateException("of the test");
        });
    loop.execute(() -> ran.add("command"));
    loop.enqueue(
        () -> {
          throw new IllegalStateException("of the test");
        });
    loop.enqueue(() -> ran.add("task"));

    assertThatThrownBy(() -> loop.turn(MAX_WAIT_MS)).hasMessage("of the test");
    assertThatThrownBy(() -> loop.turn(MAX_WAIT_MS)).hasMessage("of the test");
    assertThat(poller.lastWait()).isZero();
    loop.turn(MAX_WAIT_MS);

    assertThat(poller.lastWait()).isZero();
    assertThat(ran).containsExactly("command", "task");
  }

  @Test
  void tasksAreQueuedOnTheLoopsThreadOnly() throws InterruptedException {
    boolean[] refused = new boolean[1];
    Thread other =
        new Thread(
            () -> {
              try {
                loop.enqueue(() -> ran.add("task"));
              } catch (AssertionError e) {
                refused[0] = true;
              }
            });
    other.start();
    other.join();

    assertThat(refused[0]).isTrue();
    assertThat(loop.isCurrent()).isTrue();
  }

  private EventLoop.Task task(String name) {
    return new EventLoop.Task() {
      @Override
      public void gather() {
        ran.add(name + " gathers");
      }

      @Override
      public void onTurn() {
        ran.add(name + " turns");
      }
    };
  }

  @Test
  void severalReadyTasksGatherBeforeTheFirstOfThemTurns() {
    loop.enqueue(task("a"));
    loop.enqueue(task("b"));
    loop.turn(MAX_WAIT_MS);

    assertThat(ran).containsExactly("a gathers", "b gathers", "a turns", "b turns");
  }

  @Test
  void aTaskThatIsAloneHasNothingToGatherFor() {
    loop.enqueue(task("a"));
    loop.turn(MAX_WAIT_MS);

    assertThat(ran).containsExactly("a turns");
  }

  @Test
  void theLoopLooksOnceBeforeItSleepsAndLessOftenWhenThatIsInVain() {
    for (int turn = 0; turn < 12; turn++) {
      loop.turn(MAX_WAIT_MS);
    }

    int t = MAX_WAIT_MS;
    assertThat(poller.waits).startsWith(0, t, t, 0, t, t, t, 0, t, t, t, t, 0, t, t, t);
  }

  @Test
  void whatTheLookFindsIsTheTurn() {
    poller.events = 1;
    loop.turn(MAX_WAIT_MS);
    loop.turn(MAX_WAIT_MS);

    assertThat(poller.waits).containsExactly(0, 0);
  }

  @Test
  void whereLooksTakeATimeSliceTheLoopSleeps() {
    poller.events = 1;
    poller.onPoll = () -> clock.advance(Duration.ofMillis(3));
    for (int turn = 0; turn < 10; turn++) {
      loop.turn(MAX_WAIT_MS);
    }

    assertThat(poller.waits).containsSubsequence(0, 0, MAX_WAIT_MS, MAX_WAIT_MS);
  }

  @Test
  void stopOfALoopThatNeverRanReleasesItsPoller() {
    EventLoop idle = new EventLoop(0, poller, clock);

    assertThat(idle.stop(1)).isTrue();
    assertThat(poller.closed).isTrue();
  }
}
