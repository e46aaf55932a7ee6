package io.sluice.app.convert;

import java.util.List;

/**
 * How a backend's servers are checked: the lines {@code option …-check}, {@code tcp-check} and
 * {@code http-check} of HAProxy (manual, sections 4.2 and 5.2).
 */
final class CheckRules {
  private String type = "tcp";
  private final Block http = new Block();
  private final Block steps = new Block();

  /** True if the line is about checks and was carried over. */
  boolean carry(Line line) {
    return switch (line.word(0)) {
      case "option" -> option(line);
      case "tcp-check" -> tcpCheck(line);
      case "http-check" -> httpCheck(line);
      default -> false;
    };
  }

  private boolean option(Line line) {
    switch (line.word(1)) {
      case "tcp-check" -> type = "send-expect";
      case "ssl-hello-chk" -> type = "tls";
      case "redis-check" -> {
        type = "send-expect";
        step("send", "PING\r\n");
        step("expect", "+PONG");
      }
      case "httpchk" -> {
        type = "http";
        List<String> words = line.rest(2);
        if (words.size() == 1) {
          http.put("path", Block.quoted(words.get(0)));
        } else if (words.size() > 1) {
          http.put("method", words.get(0));
          http.put("path", Block.quoted(words.get(1)));
        }
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean tcpCheck(Line line) {
    List<String> words = line.rest(1);
    return switch (line.word(1)) {
      case "connect" -> words.size() == 1; // The connection goes without saying; its options don't.
      case "comment" -> true;
      case "send" -> step("send", line.word(2));
      case "send-binary" -> step("send-hex", line.word(2));
      case "expect" -> expect(line);
      default -> false;
    };
  }

  private boolean expect(Line line) {
    if (line.words().size() != 4) {
      return false;
    }
    return switch (line.word(2)) {
      case "string" -> step("expect", line.word(3));
      case "rstring" -> step("expect-regex", line.word(3));
      case "binary" -> step("expect-hex", line.word(3));
      default -> false;
    };
  }

  private boolean step(String key, String value) {
    steps.add("steps", "{ " + key + " = " + Block.quoted(value) + " }");
    return true;
  }

  private boolean httpCheck(Line line) {
    return switch (line.word(1)) {
      case "send" -> httpSend(line.rest(2));
      case "expect" -> httpExpect(line);
      case "connect" -> line.words().size() == 2;
      default -> false;
    };
  }

  private boolean httpSend(List<String> words) {
    for (int at = 0; at + 1 < words.size(); at += 2) {
      String value = words.get(at + 1);
      switch (words.get(at)) {
        case "meth" -> http.put("method", value);
        case "uri" -> http.put("path", Block.quoted(value));
        case "ver" -> {
          // The version does not change what the status says.
        }
        case "hdr" -> {
          boolean host = value.equalsIgnoreCase("host") && at + 2 < words.size();
          if (!host) {
            return false;
          }
          http.put("host", Block.quoted(words.get(at + 2)));
          at++;
        }
        default -> {
          return false;
        }
      }
    }
    return true;
  }

  private boolean httpExpect(Line line) {
    if (line.words().size() != 4 || !line.word(2).equals("status")) {
      return false;
    }
    http.put("status", Block.quoted(line.word(3)));
    return true;
  }

  /** Writes what was gathered; the intervals are the servers' lines'. */
  void finish(Block check) {
    boolean talks = type.equals("send-expect") && steps.has("steps");
    check.put("type", type.equals("send-expect") && !talks ? "tcp" : type);
    if (talks) {
      steps.copyTo(check, "steps", "send-expect");
    }
    if (type.equals("http") && !http.isEmpty()) {
      http.copyTo(check.block("http"));
    }
  }
}
