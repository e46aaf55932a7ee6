package io.sluice.app.convert;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What stands behind {@code if} or {@code unless}, as far as there is a key for it (manual, section
 * 7: ACLs).
 *
 * @param values names, protocols or networks, any of which makes it true
 * @param negated true when none of them may match
 */
record Condition(Kind kind, List<String> values, boolean negated) {
  enum Kind {
    ALWAYS,
    SERVER_NAME,
    ALPN,
    SOURCE,
    TLS_HELLO,
    OTHER
  }

  static final Condition ALWAYS = new Condition(Kind.ALWAYS, List.of(), false);
  static final Condition OTHER = new Condition(Kind.OTHER, List.of(), false);

  /** The named ACLs of a section. */
  static final class Names {
    private final Map<String, Condition> named = new HashMap<>();

    /** Takes in {@code acl NAME CRITERION …}; a name that stands twice means either. */
    boolean define(Line line) {
      Condition condition = criterion(line.rest(2));
      named.merge(line.word(1), condition, Condition::or);
      return condition.kind != Kind.OTHER;
    }

    /** What the words from {@code if} on come to. */
    Condition of(List<String> words) {
      if (words.isEmpty()) {
        return ALWAYS;
      }
      boolean unless = words.get(0).equals("unless");
      if (!unless && !words.get(0).equals("if")) {
        return OTHER;
      }
      Condition all = null;
      int at = 1;
      while (at < words.size()) {
        boolean not = words.get(at).equals("!") || words.get(at).equals("!{");
        if (words.get(at).equals("!")) {
          at++;
        }
        int end = at + 1;
        Condition term;
        if (at < words.size() && words.get(at).endsWith("{")) {
          while (end < words.size() && !words.get(end).equals("}")) {
            end++;
          }
          term = criterion(words.subList(at + 1, end));
          end++;
        } else {
          String name = at < words.size() ? words.get(at) : "";
          boolean bang = name.length() > 1 && name.startsWith("!");
          not |= bang;
          term = named.getOrDefault(bang ? name.substring(1) : name, OTHER);
        }
        term = new Condition(term.kind, term.values, term.negated ^ not);
        all = all == null ? term : all.or(term);
        at = end;
        if (at < words.size()) {
          if (!words.get(at).equals("or") && !words.get(at).equals("||")) {
            return OTHER; // Both at a time: there is no key for that.
          }
          at++;
        }
      }
      return all == null ? OTHER : new Condition(all.kind, all.values, all.negated ^ unless);
    }
  }

  private Condition or(Condition other) {
    if (kind != other.kind || negated || other.negated) {
      return OTHER;
    }
    List<String> both = new ArrayList<>(values);
    both.addAll(other.values);
    return new Condition(kind, List.copyOf(both), false);
  }

  private static Condition criterion(List<String> words) {
    if (words.isEmpty()) {
      return OTHER;
    }
    boolean ends = false;
    List<String> values = new ArrayList<>();
    for (int at = 1; at < words.size(); at++) {
      switch (words.get(at)) {
        case "-i", "--" -> {
          // Names are compared without regard to case anyway.
        }
        case "-f" -> values.add("file:" + (++at < words.size() ? words.get(at) : ""));
        case "-m" -> {
          String way = ++at < words.size() ? words.get(at) : "";
          if (way.equals("end")) {
            ends = true;
          } else if (!way.equals("str") && !way.equals("ip")) {
            return OTHER;
          }
        }
        default -> values.add(words.get(at));
      }
    }
    return switch (words.get(0).replaceAll("_", ".")) {
      case "req.ssl.sni", "req.ssl.sni,lower" -> serverNames(values, ends);
      case "req.ssl.alpn" -> new Condition(ends ? Kind.OTHER : Kind.ALPN, values, false);
      case "src" -> new Condition(ends ? Kind.OTHER : Kind.SOURCE, values, false);
      case "req.ssl.hello.type" -> new Condition(Kind.TLS_HELLO, values, false);
      default -> OTHER;
    };
  }

  private static Condition serverNames(List<String> values, boolean ends) {
    List<String> names = new ArrayList<>();
    for (String value : values) {
      if (value.startsWith("file:") || (ends && !value.startsWith("."))) {
        return OTHER; // "ample.com" at the end would match example.com too.
      }
      names.add(ends ? "*" + value : value);
    }
    return new Condition(Kind.SERVER_NAME, names, false);
  }
}
