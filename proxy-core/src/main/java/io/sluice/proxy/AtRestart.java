package io.sluice.proxy;

import io.sluice.config.SluiceConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What of a changed configuration waits for a restart, because living sessions stand on it. */
final class AtRestart {
  private AtRestart() {}

  /**
   * A sentence for each such change.
   *
   * @param threads of the proxy that runs
   * @param nextThreads of one that would be started with {@code next}
   */
  static List<String> of(SluiceConfig started, int threads, SluiceConfig next, int nextThreads) {
    List<String> later = new ArrayList<>();
    if (nextThreads != threads) {
      later.add(change("threads", threads, nextThreads));
    }
    if (next.transport() != started.transport()) {
      later.add(change("transport", lower(started.transport()), lower(next.transport())));
    }
    if (!next.pump().equals(started.pump())) {
      later.add("changes of pump take effect at the next restart");
    }
    return later;
  }

  private static String change(String key, Object before, Object after) {
    return key + ": " + before + " -> " + after + " takes effect at the next restart";
  }

  private static String lower(Enum<?> choice) {
    return choice.name().toLowerCase(Locale.ROOT);
  }
}
