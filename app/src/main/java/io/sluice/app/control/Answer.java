package io.sluice.app.control;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What a command came to.
 *
 * @param lines what there is to tell, none with a line feed
 * @param summary the outcome in one line
 */
public record Answer(Verdict verdict, List<String> lines, String summary) {

  /** How it went; in lower case the first word of an answer's last line. */
  public enum Verdict {
    /** It is done. */
    DONE,
    /** Nothing was done: the configuration is wrong, and the lines are its problems. */
    INVALID,
    /** It could not be done, and the lines say why. */
    FAILED
  }

  public Answer {
    lines =
        lines.stream().flatMap(line -> line.isEmpty() ? Stream.of(line) : line.lines()).toList();
    summary = String.join("; ", summary.lines().toList());
  }

  /** One that could not be done. */
  public static Answer failed(String why) {
    return new Answer(Verdict.FAILED, List.of(), why);
  }

  /** As it goes over the socket. */
  byte[] encoded() {
    StringBuilder text = new StringBuilder();
    lines.forEach(line -> text.append(' ').append(line).append('\n'));
    text.append(word(verdict)).append(' ').append(summary).append('\n');
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * The opposite of {@link #encoded}.
   *
   * @throws IOException when the answer is not complete, or none
   */
  static Answer decoded(byte[] bytes) throws IOException {
    String text = new String(bytes, StandardCharsets.UTF_8);
    if (!text.endsWith("\n")) {
      throw new IOException("it ended before it told the outcome; its log may tell more");
    }
    List<String> lines = new ArrayList<>(text.lines().toList());
    String last = lines.remove(lines.size() - 1);
    boolean isIndented = lines.stream().allMatch(line -> line.startsWith(" "));
    for (Verdict verdict : Verdict.values()) {
      if (isIndented && last.startsWith(word(verdict) + " ")) {
        String summary = last.substring(word(verdict).length() + 1);
        return new Answer(verdict, lines.stream().map(line -> line.substring(1)).toList(), summary);
      }
    }
    throw new IOException("it gave an answer that is none: it may be another program");
  }

  private static String word(Verdict verdict) {
    return verdict.name().toLowerCase(Locale.ROOT);
  }
}
