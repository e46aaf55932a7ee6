package io.sluice.discovery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The test's own thread, and a clock that stands still until the test moves it. It begins half a
 * second before its values wrap.
 */
final class ManualAgenda implements Agenda {
  private record Entry(long atNs, Runnable task) {}

  private final List<Entry> entries = new ArrayList<>();
  private long nowNs = Long.MAX_VALUE - Duration.ofMillis(500).toNanos();

  @Override
  public long nowNs() {
    return nowNs;
  }

  @Override
  public void execute(Runnable task) {
    task.run();
  }

  @Override
  public void after(long delayNs, Runnable task) {
    entries.add(new Entry(nowNs + delayNs, task));
  }

  /** Moves the clock and runs what is due meanwhile, each at its own time. */
  void pass(Duration time) {
    long untilNs = nowNs + time.toNanos();
    while (true) {
      Entry next =
          entries.stream()
              .filter(entry -> entry.atNs() - untilNs <= 0)
              .min(Comparator.comparingLong(entry -> entry.atNs() - untilNs))
              .orElse(null);
      if (next == null) {
        nowNs = untilNs;
        return;
      }
      entries.remove(next);
      nowNs = next.atNs();
      next.task().run();
    }
  }

  int size() {
    return entries.size();
  }
}
