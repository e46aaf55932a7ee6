package io.sluice.bench.site;

import java.io.IOException;
import java.util.List;

/**
 * Which CPUs contender and generator keep to.
 *
 * @param proxyCpus taskset(1)'s list for every contender; empty for all CPUs
 * @param loadCpus the same for clients, servers and load tools
 */
public record Pinning(String proxyCpus, String loadCpus) {

  /** Everybody where the scheduler likes. */
  public static final Pinning NONE = new Pinning("", "");

  /** {@code PROXY:LOAD}, two lists in the words of taskset(1). */
  public static Pinning parse(String text) {
    String[] parts = text.split(":", -1);
    if (parts.length != 2 || !isList(parts[0]) || !isList(parts[1])) {
      throw new IllegalArgumentException("not PROXY:LOAD, as in 0:1 or 0-1:2-3: " + text);
    }
    return new Pinning(parts[0], parts[1]);
  }

  private static boolean isList(String text) {
    return text.matches("\\d+(-\\d+)?(,\\d+(-\\d+)?)*");
  }

  public boolean isNone() {
    return proxyCpus.isEmpty();
  }

  /** What a contender's command line begins with. */
  List<String> prefix() {
    return isNone() ? List.of() : List.of("taskset", "-c", proxyCpus);
  }

  /** Moves this process, all its threads, and what it will start. */
  public void pinLoad() throws IOException {
    if (!isNone()) {
      String self = Long.toString(ProcessHandle.current().pid());
      OwnNetwork.run("taskset", "-a", "-p", "-c", loadCpus, self);
    }
  }
}
