package io.sluice.health;

/**
 * The last result of a check or an agent, for {@code show stat} and log lines.
 *
 * @param code of the server's answer; means something where {@link CheckStatus#hasCode}
 * @param info more for people; may be empty
 * @param durationMs how long it took; -1 where nothing was asked
 */
public record CheckResult(CheckStatus status, int code, String info, long durationMs) {

  /** Before the first one. */
  public static final CheckResult NONE = new CheckResult(CheckStatus.INI, 0, "", -1);

  /**
   * In HAProxy's words: {@code Layer7 wrong status, code: 503, info: "Service Unavailable", check
   * duration: 1ms}.
   */
  public String words() {
    StringBuilder words = new StringBuilder(status.description());
    if (status.hasCode()) {
      words.append(", code: ").append(code);
    }
    if (!info.isEmpty()) {
      words.append(", info: \"").append(escaped(info)).append('"');
    }
    if (durationMs >= 0) {
      words.append(", check duration: ").append(durationMs).append("ms");
    }
    return words.toString();
  }

  /** Servers write parts of it: nothing of theirs may end the quotes or the line. */
  static String escaped(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x20 || c >= 0x7f || c == '"') {
        safe.append("&#").append((int) c).append(';');
      } else {
        safe.append(c);
      }
    }
    return safe.toString();
  }
}
