package io.sluice.health;

import io.sluice.backend.Server;
import io.sluice.backend.ServerState;
import java.util.Locale;

/**
 * What an agent said in its one line, as HAProxy reads it (configuration manual, {@code
 * agent-check}): words with spaces, tabs or commas between them, in any case of letters. Of several
 * words of a kind the last one counts; what is not named stays as it is.
 *
 * @param health {@code up}, {@code down}, {@code fail} or {@code stopped}; null where not named
 * @param admin null where not named
 * @param weight 0 to 256, or a percentage; -1 where not named
 * @param maxConnections 0 for no limit; -1 where not named
 * @param description what stood behind a {@code #}; may be empty
 * @param unknown the first word that means nothing; may be empty
 * @param warning why a weight or a limit was not taken; may be empty
 */
record AgentLine(
    String health,
    ServerState.Admin admin,
    int weight,
    boolean isPercent,
    int maxConnections,
    String description,
    String unknown,
    String warning) {

  private static final String WEIGHT_RULE =
      "Absolute weight can only be between 0 and 256 inclusive.";
  private static final String GARBAGE = "Trailing garbage in weight string.";
  private static final int WHOLE_PERCENT = 100;

  /** Reads a line without its end; never fails. */
  static AgentLine parse(String line) {
    return new Reading().read(line);
  }

  /** Whether it says up; only where {@link #health} is named. */
  boolean isUp() {
    return health.equals("up");
  }

  /** The weight that it means for a server that began with {@code initial}. */
  int weightOf(int initial) {
    long scaled = isPercent ? (long) initial * weight / WHOLE_PERCENT : weight;
    return (int) Math.min(scaled, Server.WEIGHT_MAX);
  }

  /** What it comes to, in HAProxy's words. */
  Verdict verdict() {
    if (health != null) {
      String reason = description;
      if (reason.isEmpty() || isUp()) {
        reason = !unknown.isEmpty() ? unknown : !warning.isEmpty() ? warning : description;
      }
      return Verdict.of(
          isUp() ? CheckStatus.L7OK : CheckStatus.L7STS,
          "via agent : " + health + (reason.isEmpty() ? "" : " (" + reason + ")"));
    }
    if (!unknown.isEmpty()) {
      return Verdict.of(CheckStatus.CHECKED, "agent reports an error : " + unknown);
    }
    return Verdict.of(CheckStatus.CHECKED, warning.isEmpty() ? "" : "agent warns : " + warning);
  }

  /** One line being read. */
  private static final class Reading {
    private String health;
    private ServerState.Admin admin;
    private int weight = -1;
    private boolean percent;
    private int maxConnections = -1;
    private String unknown = "";
    private String warning = "";

    AgentLine read(String line) {
      int at = 0;
      while (at < line.length() && line.charAt(at) != '#') {
        int end = at;
        while (end < line.length() && !isSpace(line.charAt(end))) {
          end++;
        }
        if (end > at) {
          word(line.substring(at, end));
        }
        at = end == at ? at + 1 : end;
      }
      String description = at < line.length() ? line.substring(at + 1).strip() : "";
      return new AgentLine(
          health, admin, weight, percent, maxConnections, description, unknown, warning);
    }

    private static boolean isSpace(char c) {
      return c == ' ' || c == '\t' || c == ',';
    }

    private void word(String word) {
      String lower = word.toLowerCase(Locale.ROOT);
      switch (lower) {
        case "up", "down", "fail", "stopped" -> health = lower;
        case "ready" -> admin = ServerState.Admin.READY;
        case "drain" -> admin = ServerState.Admin.DRAIN;
        case "maint" -> admin = ServerState.Admin.MAINT;
        default -> {
          if (lower.startsWith("weight:")) {
            weight(lower.substring("weight:".length()));
          } else if (lower.startsWith("maxconn:")) {
            maxConnections(lower.substring("maxconn:".length()));
          } else if (isDigit(lower.charAt(0)) && lower.indexOf('%') > 0) {
            weight(lower);
          } else if (unknown.isEmpty()) {
            unknown = word;
          }
        }
      }
    }

    private void weight(String text) {
      boolean share = text.endsWith("%");
      int number = number(share ? text.substring(0, text.length() - 1) : text);
      if (number < 0) {
        warn(GARBAGE);
      } else if (!share && number > Server.WEIGHT_MAX) {
        warn(WEIGHT_RULE);
      } else {
        weight = number;
        percent = share;
      }
    }

    private void maxConnections(String text) {
      int number = number(text);
      if (number < 0) {
        warn("Trailing garbage in maxconn string.");
      } else {
        maxConnections = number;
      }
    }

    private void warn(String why) {
      if (warning.isEmpty()) {
        warning = why;
      }
    }

    /** A number of up to nine digits; -1 for anything else. */
    private static int number(String text) {
      boolean good = !text.isEmpty() && text.length() < 10;
      return good && text.chars().allMatch(c -> isDigit((char) c)) ? Integer.parseInt(text) : -1;
    }

    private static boolean isDigit(char c) {
      return c >= '0' && c <= '9';
    }
  }
}
