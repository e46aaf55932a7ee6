package io.sluice.app.convert;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where connections to servers come from: HAProxy's {@code source}, of a backend (manual, section
 * 4.2) or a server (5.2).
 *
 * <p>A server's takes the place of its backend's as a whole, so everything is written out.
 */
final class SourceRules {
  private static final Pattern ADDRESS =
      Pattern.compile("(?:\\[(?<v6>[^]]*)]|(?<plain>[^:]*|.*:.*:.*?))(?::(?<ports>[0-9-]+))?");

  private SourceRules() {}

  /**
   * Carries what stands behind the word {@code source}, up to the first word that is none of it.
   *
   * @param into what has the key {@code source} here
   * @return how many words were carried; negative if they mean what cannot be said here
   */
  static int carry(List<String> words, Block into) {
    Matcher address = ADDRESS.matcher(words.isEmpty() ? "" : words.get(0));
    if (words.isEmpty() || !address.matches()) {
      return -1;
    }
    String host = address.group(address.group("v6") == null ? "plain" : "v6");
    String ports = address.group("ports");
    String networkInterface = "auto";
    boolean transparent = false;
    int at = 1;
    for (; at + 1 < words.size(); at += 2) {
      if (words.get(at).equals("interface")) {
        networkInterface = Block.quoted(words.get(at + 1));
      } else if (words.get(at).equals("usesrc")) {
        if (!words.get(at + 1).matches("[0-9.]+|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*")) {
          return -1; // The client's own address, which only it and HAProxy know.
        }
        host = words.get(at + 1);
        transparent = true;
      } else {
        break;
      }
    }
    boolean any = host.isEmpty() || host.equals("*") || host.equals("0.0.0.0") || host.equals("::");
    Block source = into.block("source");
    source.put("address", any ? "auto" : Block.quoted(host));
    source.put("ports", ports == null || ports.equals("0") ? "auto" : Block.quoted(ports));
    source.put("interface", networkInterface);
    source.put("transparent", String.valueOf(transparent));
    return at;
  }
}
