package io.sluice.app.convert;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The line {@code server-template} of a backend (manual, section 4.2): one name and the slots that
 * it fills.
 */
final class TemplateRules {
  private static final Pattern COUNT = Pattern.compile("(?:(\\d{1,4})-)?(\\d{1,4})");
  private static final Pattern NAME =
      Pattern.compile("((?=.*[A-Za-z])[A-Za-z0-9_.-]+)(?::(\\d{1,5}))?");
  private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9_.:-]{1,100}");
  private static final int SLOTS_MAX = 1000;

  /** Options that are about DNS, each with one word. */
  private static final Set<String> OWN =
      Set.of("resolvers", "resolve-prefer", "init-addr", "resolve-opts", "resolve-net");

  private final Account account;
  private final Map<String, ResolverRules> resolvers;
  private final Block discover = new Block();
  private Line line;

  TemplateRules(Account account, Map<String, ResolverRules> resolvers) {
    this.account = account;
    this.resolvers = resolvers;
  }

  /** What is discovered; empty if there was no line that could be carried over. */
  Block discover() {
    return discover;
  }

  /** The line itself; null if there was none that could be carried over. */
  Line line() {
    return line;
  }

  /** Takes in a line: all of it but the options that every server has, see {@link #options}. */
  boolean carry(Line template) {
    Matcher count = COUNT.matcher(template.word(2));
    Matcher name = NAME.matcher(template.word(3));
    String obstacle = obstacle(template, count, name);
    if (obstacle != null) {
      account.left(template, obstacle);
      return false;
    }
    line = template;
    int first = count.group(1) == null ? 1 : Integer.parseInt(count.group(1));
    int last = Integer.parseInt(count.group(2));
    if (first != 1) {
      account.partly(template, template.word(2), "the numbers of slots begin with 1");
    }
    discover.put("name", Block.quoted(name.group(1)));
    boolean service = name.group(1).startsWith("_");
    discover.put("type", service ? "srv" : "any");
    if (!service) {
      discover.put("port", name.group(2));
    }
    discover.put("slots", String.valueOf(last - first + 1));
    discover.put("prefix", Block.quoted(template.word(1)));
    own(template, service);
    return true;
  }

  private String obstacle(Line template, Matcher count, Matcher name) {
    if (line != null) {
      return "a backend discovers one name";
    }
    if (!count.matches() || !name.matches() || !PREFIX.matcher(template.word(1)).matches()) {
      return "it is no prefix, number and name";
    }
    int first = count.group(1) == null ? 1 : Integer.parseInt(count.group(1));
    int slots = Integer.parseInt(count.group(2)) - first + 1;
    if (slots < 1 || slots > SLOTS_MAX) {
      return "there are 1 to " + SLOTS_MAX + " slots";
    }
    boolean service = name.group(1).startsWith("_");
    return service || name.group(2) != null ? null : "a server needs a port of its own";
  }

  private void own(Line template, boolean service) {
    List<String> words = template.rest(4);
    for (int at = 0; at + 1 < words.size(); at++) {
      String value = words.get(at + 1);
      switch (words.get(at)) {
        case "resolvers" -> {
          if (resolvers.containsKey(value)) {
            resolvers.get(value).use().copyTo(discover);
          } else {
            account.partly(template, value, "there is no section resolvers " + value);
          }
        }
        case "resolve-prefer" -> {
          if (!service) {
            discover.put("type", value.equals("ipv4") ? "a" : "aaaa");
          }
        }
        case "resolve-opts", "resolve-net" ->
            account.partly(template, words.get(at), "there is no key for it");
        case "init-addr" -> {
          if (!value.equals("none")) {
            account.partly(template, "init-addr", "the first answer fills the slots");
          }
        }
        default -> {
          // An option of servers.
        }
      }
    }
  }

  /** The options that every server has. */
  List<String> options() {
    List<String> options = new ArrayList<>();
    List<String> words = line.rest(4);
    for (int at = 0; at < words.size(); at++) {
      if (OWN.contains(words.get(at))) {
        at++;
      } else {
        options.add(words.get(at));
      }
    }
    return options;
  }
}
