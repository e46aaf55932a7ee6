package io.sluice.app.convert;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** A part of the configuration that is being written: keys with values, lists and further parts. */
final class Block {
  private static final Pattern PLAIN_KEY = Pattern.compile("[A-Za-z0-9_-]+");
  private static final String INDENT = "  ";

  private final Map<String, Object> entries = new LinkedHashMap<>();

  /** Text between quotes. */
  static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int at = 0; at < text.length(); at++) {
      char c = text.charAt(at);
      switch (c) {
        case '"' -> quoted.append("\\\"");
        case '\\' -> quoted.append("\\\\");
        case '\n' -> quoted.append("\\n");
        case '\r' -> quoted.append("\\r");
        case '\t' -> quoted.append("\\t");
        default -> {
          if (c < ' ' || c > '~') {
            quoted.append(String.format("\\u%04x", (int) c));
          } else {
            quoted.append(c);
          }
        }
      }
    }
    return quoted.append('"').toString();
  }

  /** Sets a value, as it is to be written; a later one takes its place. */
  void put(String key, String literal) {
    entries.put(key, literal);
  }

  /** Sets a value where there is none. */
  void putIfAbsent(String key, String literal) {
    entries.putIfAbsent(key, literal);
  }

  /** Adds a value to a list. */
  void add(String key, String literal) {
    Object list = entries.computeIfAbsent(key, k -> new ArrayList<String>());
    @SuppressWarnings("unchecked") // The two kinds of keys never meet: a key is a list or is not.
    List<String> values = (List<String>) list;
    values.add(literal);
  }

  /** The part under {@code key}, made if there is none. */
  Block block(String key) {
    return (Block) entries.computeIfAbsent(key, k -> new Block());
  }

  /** Writes the value of one key into another part, under another name. */
  void copyTo(Block target, String key, String name) {
    target.entries.put(name, entries.get(key));
  }

  /** Writes all keys into another part. */
  void copyTo(Block target) {
    target.entries.putAll(entries);
  }

  /** Takes a key away. */
  void remove(String key) {
    entries.remove(key);
  }

  boolean has(String key) {
    return entries.containsKey(key);
  }

  /** The value of a key as it would be written; null where there is none. */
  String value(String key) {
    return entries.get(key) instanceof String value ? value : null;
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  /** All of it as it would be written. */
  String text() {
    StringBuilder text = new StringBuilder();
    print(text, 0);
    return text.toString();
  }

  /** Writes all of it, a key to a line. */
  void print(StringBuilder out, int depth) {
    entries.forEach(
        (key, value) -> {
          if (value instanceof Block block && block.isEmpty()) {
            return;
          }
          out.append(INDENT.repeat(depth));
          out.append(PLAIN_KEY.matcher(key).matches() ? key : quoted(key));
          if (value instanceof Block block) {
            out.append(" {\n");
            block.print(out, depth + 1);
            out.append(INDENT.repeat(depth)).append("}\n");
          } else if (value instanceof List<?> list) {
            out.append(" = [\n");
            list.forEach(one -> out.append(INDENT.repeat(depth + 1)).append(one).append('\n'));
            out.append(INDENT.repeat(depth)).append("]\n");
          } else {
            out.append(" = ").append(value).append('\n');
          }
        });
  }
}
