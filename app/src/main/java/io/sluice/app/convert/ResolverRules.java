package io.sluice.app.convert;

import java.util.Set;

/**
 * A section {@code resolvers} (manual, section 5.3.2): the name servers and times of those who
 * discover servers by it.
 */
final class ResolverRules {
  /** What HAProxy holds failures for where nothing is said. */
  private static final long HOLD_MS = 30_000;

  private static final Set<String> FAILURES = Set.of("timeout", "refused", "other");
  private static final long MINUTE_MS = 60_000;
  private static final long WEEK_MS = 7 * 86_400_000;

  private final Account account;
  private final Section section;
  private final Block terms = new Block();
  private long holdFailureMs;
  private boolean system;
  private boolean used;

  ResolverRules(Account account, Section section) {
    this.account = account;
    this.section = section;
  }

  /** The terms of the section; from now on its lines count as carried over, as far as they are. */
  Block use() {
    if (!used) {
      used = true;
      account.carried(section.head());
      section.lines().forEach(this::carryOrLeave);
      terms.put("hold-failure", (holdFailureMs == 0 ? HOLD_MS : holdFailureMs) + "ms");
    }
    return terms;
  }

  /** Once all backends are known: a section that none of them uses. */
  void finish() {
    if (!used) {
      String reason = "no server-template that could be carried over uses it";
      account.left(section.head(), reason);
      section.lines().forEach(line -> account.left(line, reason));
    }
  }

  private void carryOrLeave(Line line) {
    String reason =
        line.defect() != null
            ? line.defect()
            : switch (line.word(0)) {
              case "nameserver" -> nameServer(line.word(2));
              case "parse-resolv-conf" -> systems();
              case "resolve_retries" -> retries(line.word(1));
              case "timeout" -> timeout(line.word(1), line.word(2));
              case "hold" -> hold(line.word(1), line.word(2));
              default -> "there is no key for it";
            };
    if (reason == null) {
      account.carried(line);
    } else {
      account.left(line, reason);
    }
  }

  private String nameServer(String text) {
    String address = text.startsWith("udp@") ? text.substring("udp@".length()) : text;
    if (!address.matches("[0-9.]+(:\\d+)?|\\[[0-9A-Fa-f:.]+](:\\d+)?|[0-9A-Fa-f:.]+:\\d+")) {
      return "a name server is an IP address, and asked by UDP first";
    }
    int colon = address.lastIndexOf(':');
    boolean bare = address.indexOf(':') != colon && !address.startsWith("[");
    terms.add(
        "resolvers",
        Block.quoted(
            bare ? "[" + address.substring(0, colon) + "]" + address.substring(colon) : address));
    return system ? "those of resolv.conf are not asked beside others" : null;
  }

  private String systems() {
    system = true;
    return terms.has("resolvers") ? "those of resolv.conf are not asked beside others" : null;
  }

  /** HAProxy counts the first attempt too. */
  private String retries(String text) {
    String number = Values.number(text);
    if (number == null || number.equals("0") || Integer.parseInt(number) > 100) {
      return "that many attempts cannot be made";
    }
    terms.put("retries", String.valueOf(Integer.parseInt(number) - 1));
    return null;
  }

  private String timeout(String which, String text) {
    return switch (which) {
      case "resolve" -> put("retry-interval", text, 1, Long.MAX_VALUE);
      case "retry" -> put("timeout", text, 10, MINUTE_MS);
      default -> "there is no key for it";
    };
  }

  private String hold(String which, String text) {
    if (FAILURES.contains(which)) {
      // One time for all of them: the longest.
      holdFailureMs = Math.max(holdFailureMs, Values.millis(text));
      return null;
    }
    return switch (which) {
      case "nx" -> put("hold-nx", text, 0, Long.MAX_VALUE);
      case "obsolete" -> put("hold-obsolete", text, 0, Long.MAX_VALUE);
      case "valid" -> put("ttl-max", text, 1000, WEEK_MS);
      default -> "there is no key for it";
    };
  }

  private String put(String key, String text, long minMs, long maxMs) {
    long millis = Values.millis(text);
    if (millis < minMs || millis > maxMs) {
      return key + " cannot be that";
    }
    terms.put(key, millis + "ms");
    return null;
  }
}
