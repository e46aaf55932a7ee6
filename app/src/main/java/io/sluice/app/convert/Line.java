package io.sluice.app.convert;

import java.util.ArrayList;
import java.util.List;

/**
 * One line of a {@code haproxy.cfg}, split into words as HAProxy does (configuration manual,
 * section 2.2): blanks separate, quotes and backslashes protect, {@code #} begins a comment.
 *
 * @param number place in the file, from 1
 * @param text as it stands there, trimmed
 * @param defect why it cannot be read; null if it can
 */
record Line(int number, String text, List<String> words, String defect) {

  /** The word at {@code index}, empty where the line is shorter. */
  String word(int index) {
    return index < words.size() ? words.get(index) : "";
  }

  /** The words from {@code from} on. */
  List<String> rest(int from) {
    return from < words.size() ? words.subList(from, words.size()) : List.of();
  }

  /** Splits one line. */
  static Line parse(int number, String raw) {
    return new Splitter(raw).split(number);
  }

  private static final class Splitter {
    private final String raw;
    private final List<String> words = new ArrayList<>();
    private StringBuilder word;
    private String defect;
    private int at;

    Splitter(String raw) {
      this.raw = raw;
    }

    Line split(int number) {
      boolean comment = false;
      while (at < raw.length() && !comment) {
        char c = raw.charAt(at++);
        switch (c) {
          case ' ', '\t' -> endWord();
          case '#' -> comment = true;
          case '"' -> quoted('"');
          case '\'' -> quoted('\'');
          case '\\' -> escaped();
          default -> append(c);
        }
      }
      endWord();
      return new Line(number, raw.strip(), List.copyOf(words), defect);
    }

    private void quoted(char quote) {
      begin();
      while (at < raw.length()) {
        char c = raw.charAt(at++);
        if (c == quote) {
          return;
        }
        if (quote == '\'') {
          append(c);
        } else if (c == '\\') {
          escaped();
        } else if (c == '$') {
          defect = "it uses an environment variable; write it as ${NAME} by hand";
          append(c);
        } else {
          append(c);
        }
      }
      defect = "a quote is not closed";
    }

    /** What stands behind a backslash: a character as such, or one that has no sign. */
    private void escaped() {
      if (at == raw.length()) {
        defect = "a backslash ends it";
        return;
      }
      char c = raw.charAt(at++);
      switch (c) {
        case 'n' -> append('\n');
        case 'r' -> append('\r');
        case 't' -> append('\t');
        case 'x' -> hexadecimal();
        default -> append(c);
      }
    }

    private void hexadecimal() {
      try {
        append((char) Integer.parseInt(raw, at, at + 2, 16));
        at += 2;
      } catch (IndexOutOfBoundsException | NumberFormatException e) {
        defect = "\\x needs two hexadecimal digits";
      }
    }

    private void append(char c) {
      begin();
      word.append(c);
    }

    private void begin() {
      if (word == null) {
        word = new StringBuilder();
      }
    }

    private void endWord() {
      if (word != null) {
        words.add(word.toString());
        word = null;
      }
    }
  }
}
