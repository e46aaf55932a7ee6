package io.sluice.app.service;

import io.sluice.proxy.Proxy;
import io.sluice.systemd.ServiceManager;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the manager that all is well, as long as it is: every event loop turns.
 *
 * <p>A loop that hangs holds its sessions up for ever while the process looks alive. Then this
 * falls silent, and the manager ends and starts the service, {@code WatchdogSec=} of
 * systemd.service(5).
 *
 * <p>A round is begun every quarter of the manager's interval and gives the loops another quarter
 * to answer, so that a sound process speaks at half the interval or oftener. One thread.
 */
final class Watchdog {
  private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);
  private static final int PARTS = 4;
  private static final int FRAMES_MAX = 8;

  private final ServiceManager manager;
  private final Proxy proxy;
  private final Duration bound;
  private List<Integer> silent = List.of();

  /**
   * Has not spoken yet.
   *
   * @param interval within which the manager wants to hear something
   */
  Watchdog(ServiceManager manager, Proxy proxy, Duration interval) {
    this.manager = manager;
    this.proxy = proxy;
    bound = interval.dividedBy(PARTS);
  }

  /** Time between the end of a round and the next one. */
  Duration period() {
    return bound;
  }

  /** Speaks if all is well. */
  void round() throws InterruptedException {
    List<Integer> now = proxy.silentLoops(bound);
    if (now.isEmpty()) {
      manager.alive();
    }
    if (!now.equals(silent)) {
      report(now);
    }
    silent = now;
  }

  private void report(List<Integer> now) {
    if (now.isEmpty()) {
      LOG.warn("all event loops turn again: the service manager's watchdog is fed");
      return;
    }
    for (int index : now) {
      LOG.error(
          "event loop {} has not turned for {} ms: the service manager's watchdog is not fed until"
              + " it does; it is at {}",
          index,
          bound.toMillis(),
          whereIs(index));
    }
  }

  private static String whereIs(int index) {
    return Thread.getAllStackTraces().entrySet().stream()
        .filter(entry -> entry.getKey().getName().equals("sluice-loop-" + index))
        .map(Map.Entry::getValue)
        .map(Watchdog::text)
        .findFirst()
        .orElse("its end");
  }

  private static String text(StackTraceElement[] frames) {
    return Arrays.stream(frames)
        .limit(FRAMES_MAX)
        .map(StackTraceElement::toString)
        .collect(Collectors.joining(" < "));
  }
}
