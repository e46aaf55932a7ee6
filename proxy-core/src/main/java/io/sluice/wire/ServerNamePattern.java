package io.sluice.wire;

import java.util.Locale;

/**
 * Which server names are meant: one, as in {@code www.example.com}, or with {@code *.example.com}
 * all below one.
 *
 * <p>The asterisk stands for one or more labels, as in nginx's {@code server_name} and HAProxy's
 * {@code req.ssl_sni -m end .example.com}; unlike the one in a certificate it also matches {@code
 * a.b.example.com}. It never matches {@code example.com} itself. Upper case is lower case, and a
 * dot at the end means nothing.
 *
 * @param name the name; of a wildcard what follows the asterisk, without its leading dot
 * @param wildcard whether names below {@code name} are meant, and not itself
 */
public record ServerNamePattern(String name, boolean wildcard) {
  private static final String WILDCARD = "*.";
  private static final int NAME_LENGTH_MAX = 253;
  private static final int LABEL_LENGTH_MAX = 63;

  public ServerNamePattern {
    name = withoutDotAtTheEnd(name);
    String wrong = wrongName(name);
    if (wrong != null) {
      throw new IllegalArgumentException(wrong);
    }
    // Only now that it is ASCII: other letters turn into ASCII ones.
    name = name.toLowerCase(Locale.ROOT);
  }

  /**
   * The pattern that {@code text} writes.
   *
   * @throws IllegalArgumentException for anything but a host name in ASCII, or one behind "*."
   */
  public static ServerNamePattern of(String text) {
    boolean wildcard = text.startsWith(WILDCARD);
    return new ServerNamePattern(wildcard ? text.substring(WILDCARD.length()) : text, wildcard);
  }

  /** Whether {@code serverName}, as {@link ClientHello} tells it, is meant. */
  public boolean matches(String serverName) {
    if (!wildcard) {
      return serverName.equals(name);
    }
    int dot = serverName.length() - name.length() - 1;
    return dot > 0 && serverName.charAt(dot) == '.' && serverName.endsWith(name);
  }

  /** As it is written in a configuration. */
  @Override
  public String toString() {
    return wildcard ? WILDCARD + name : name;
  }

  private static String withoutDotAtTheEnd(String name) {
    return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
  }

  private static String wrongName(String name) {
    if (name.isEmpty() || name.length() > NAME_LENGTH_MAX) {
      return "a server name has 1 to " + NAME_LENGTH_MAX + " characters, not " + name.length();
    }
    int label = 0;
    for (int i = 0; i <= name.length(); i++) {
      char c = i < name.length() ? name.charAt(i) : '.';
      if (c == '.') {
        if (label == 0 || label > LABEL_LENGTH_MAX) {
          return "a label has 1 to " + LABEL_LENGTH_MAX + " characters, not " + label;
        }
        label = 0;
      } else if (c == '*') {
        return "an asterisk stands only at the beginning, before a dot";
      } else if (!isAllowed(c)) {
        return "'"
            + c
            + "' in a server name: letters, digits, '-' and '_' are possible;"
            + " names in other scripts are written as xn--...";
      } else {
        label++;
      }
    }
    return null;
  }

  private static boolean isAllowed(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '_';
  }
}
