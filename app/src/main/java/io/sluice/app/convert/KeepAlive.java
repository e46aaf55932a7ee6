package io.sluice.app.convert;

/** The options of TCP sockets that both sides have, under the prefix of each (clitcpka, …). */
final class KeepAlive {
  private KeepAlive() {}

  /** True if the line was one of them. */
  static boolean carry(Line line, String prefix, Block tcp) {
    String keyword = line.word(0);
    if (keyword.equals("option")) {
      boolean ours = line.word(1).equals("tcpka") || line.word(1).equals(prefix);
      if (ours) {
        tcp.put("keep-alive", "true");
      }
      return ours;
    }
    String key =
        keyword.equals(prefix + "-idle")
            ? "keep-alive-idle"
            : keyword.equals(prefix + "-intvl")
                ? "keep-alive-interval"
                : keyword.equals(prefix + "-cnt") ? "keep-alive-count" : null;
    if (key == null) {
      return false;
    }
    String number = Values.number(line.word(1));
    String value = number;
    if (!key.equals("keep-alive-count")) {
      // Without a unit these are seconds, unlike all other times.
      value = number != null ? number + "s" : Values.duration(line.word(1));
    }
    if (value == null) {
      return false;
    }
    tcp.put(key, value);
    return true;
  }
}
