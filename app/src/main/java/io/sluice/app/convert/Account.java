package io.sluice.app.convert;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which lines were carried over. A line of a defaults section is asked for several times; it counts
 * as carried if it was once.
 */
final class Account {
  private static final String CARRIED = "";

  private final Map<Integer, String> reasons = new TreeMap<>();
  private final Map<Integer, String> texts = new TreeMap<>();
  private final Map<Integer, List<String>> partly = new TreeMap<>();

  /** The whole line has its equivalent, or needs none. */
  void carried(Line line) {
    reasons.put(line.number(), CARRIED);
  }

  /** The line has no equivalent, unless another section finds one for it. */
  void left(Line line, String reason) {
    texts.put(line.number(), line.text());
    reasons.putIfAbsent(line.number(), reason);
  }

  /** The line had its equivalent, but what it belongs to or leads to could not be kept. */
  void dropped(Line line, String reason) {
    texts.put(line.number(), line.text());
    reasons.put(line.number(), reason);
  }

  /** The line has its equivalent except for one word of it. */
  void partly(Line line, String word, String reason) {
    texts.put(line.number(), line.text());
    List<String> words = partly.computeIfAbsent(line.number(), n -> new ArrayList<>());
    String entry = "\"" + word + "\": " + reason;
    if (!words.contains(entry)) {
      words.add(entry);
    }
  }

  /** What was left out, by line: {@code file:line: "text": reason}. */
  List<String> leftOut(String file) {
    Map<Integer, String> all = new TreeMap<>();
    reasons.forEach(
        (number, reason) -> {
          if (!reason.equals(CARRIED)) {
            all.put(number, reason);
          }
        });
    partly.forEach((number, words) -> all.putIfAbsent(number, String.join("; ", words)));
    List<String> lines = new ArrayList<>();
    all.forEach(
        (number, reason) ->
            lines.add(file + ":" + number + ": " + texts.get(number) + "  [" + reason + "]"));
    return lines;
  }
}
