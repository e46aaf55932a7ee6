package io.sluice.app.convert;

import java.util.Set;

/** The lines of {@code global} that are not about HAProxy's own process. */
final class GlobalRules {
  /** Said by every configuration, and either always so here or the service manager's matter. */
  private static final Set<String> NOT_NEEDED =
      Set.of("daemon", "master-worker", "log", "log-tag", "log-send-hostname", "quiet", "node");

  private final Block sluice;

  GlobalRules(Block sluice) {
    this.sluice = sluice;
  }

  /** True if the line was carried over or needs no equivalent. */
  boolean carry(Line line) {
    if (NOT_NEEDED.contains(line.word(0))) {
      return true;
    }
    return switch (line.word(0)) {
      case "maxconn" -> put("max-connections", Values.number(line.word(1)));
      case "maxconnrate", "maxsessrate" -> put("max-connection-rate", Values.number(line.word(1)));
      case "nbthread" -> put("threads", Values.number(line.word(1)));
      case "hard-stop-after" -> put("drain-timeout", Values.duration(line.word(1)));
      case "nosplice" -> {
        sluice.block("pump").put("mode", "copy");
        yield true;
      }
      case "spread-checks" -> spread(line);
      default -> false;
    };
  }

  private boolean spread(Line line) {
    String percent = Values.number(line.word(1));
    if (percent == null) {
      return false;
    }
    sluice.block("check").put("spread", Block.quoted(percent + "%"));
    return true;
  }

  private boolean put(String key, String value) {
    if (value != null) {
      sluice.put(key, value);
    }
    return value != null;
  }

  /** Why a line was not carried over. */
  static String reason(Line line) {
    return switch (line.word(0)) {
      case "user", "group", "uid", "gid", "chroot", "pidfile", "ulimit-n", "setcap", "unix-bind" ->
          "the service manager sets up the process";
      case "stats" -> "there is no such socket";
      default ->
          line.word(0).startsWith("ssl-")
                  || line.word(0).startsWith("ca-")
                  || line.word(0).startsWith("crt-")
              ? "TLS is passed through, not ended"
              : line.word(0).startsWith("tune.")
                  ? "see the keys under pump; buffers and pipes are tuned differently"
                  : "there is no key for it";
    };
  }
}
