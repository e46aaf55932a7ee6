package io.sluice.wire;

import java.util.HashMap;
import java.util.Map;

/**
 * Finds what belongs to a server name: the pattern that names it exactly, else the wildcard with
 * the longest name. One look-up for each label of the name, however many patterns there are.
 *
 * <p>Immutable, for any thread.
 *
 * @param <T> what patterns lead to
 */
public final class ServerNames<T> {
  private final Map<String, T> exact = new HashMap<>();
  private final Map<String, T> wildcards = new HashMap<>();

  /** All of {@code targets}; the order does not matter. */
  public ServerNames(Map<ServerNamePattern, ? extends T> targets) {
    targets.forEach(
        (pattern, target) -> (pattern.wildcard() ? wildcards : exact).put(pattern.name(), target));
  }

  /**
   * What belongs to {@code serverName}, as {@link ClientHello} tells it; null where nothing does,
   * or where the name is null.
   */
  public T find(String serverName) {
    if (serverName == null) {
      return null;
    }
    T found = exact.get(serverName);
    if (wildcards.isEmpty()) {
      return found;
    }
    // A name that begins with a dot has nothing before it for the asterisk to stand for.
    int dot = serverName.indexOf('.', 1);
    while (found == null && dot >= 0) {
      found = wildcards.get(serverName.substring(dot + 1));
      dot = serverName.indexOf('.', dot + 1);
    }
    return found;
  }
}
