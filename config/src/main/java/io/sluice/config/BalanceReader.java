package io.sluice.config;

import io.sluice.config.BalanceConfig.Algorithm;
import io.sluice.config.BalanceConfig.HashConfig;
import io.sluice.config.BalanceConfig.HashKey;
import io.sluice.config.BalanceConfig.HashMethod;
import io.sluice.config.ConfigSection.Word;
import java.util.List;
import java.util.regex.Pattern;

/** Reads how a backend chooses, and holds it against the servers that there are. */
final class BalanceReader {

  /** HAProxy's bounds of hash-balance-factor. */
  private static final int FACTOR_MIN = 101;

  private static final int FACTOR_MAX = 65536;

  /** Maglev's table keeps a server in 16 bits. */
  private static final int SERVERS_MAX = 65_535;

  private static final Word<String> NONE = new Word<>("none", "");
  private static final Word<String> OFF = new Word<>("off", "");
  private static final Pattern FACTOR = Pattern.compile("([1-9][0-9]{2,4})%");
  private static final Pattern SHARE = Pattern.compile("([1-9][0-9]?|100)%");

  private BalanceReader() {}

  static BalanceConfig read(ConfigSection section) {
    return new BalanceConfig(
        section.choice("balance", Algorithm.class),
        hash(section.section("hash")),
        section.bool("use-all-backups"),
        percent(section.text("panic-threshold", SHARE, "a share from 1% to 100%", OFF)));
  }

  private static HashConfig hash(ConfigSection section) {
    HashKey key = section.choice("key", HashKey.class);
    HashMethod method = section.choice("method", HashMethod.class);
    String expected = "a percentage from " + FACTOR_MIN + "% to " + FACTOR_MAX + "%";
    int factor = percent(section.text("balance-factor", FACTOR, expected, NONE));
    if (factor != 0 && (factor < FACTOR_MIN || factor > FACTOR_MAX)) {
      section.findings().error(section.place("balance-factor"), "must be " + expected);
    } else if (factor != 0 && method == HashMethod.MAGLEV) {
      section
          .findings()
          .error(
              section.place("balance-factor"),
              "means nothing with method maglev, only with consistent");
    }
    return new HashConfig(key, method, factor);
  }

  private static int percent(String text) {
    return text.isEmpty() ? 0 : Integer.parseInt(text.substring(0, text.length() - 1));
  }

  static void check(ConfigSection section, BackendConfig backend) {
    List<BackendConfig.ServerConfig> servers = backend.servers();
    if (servers.size() > SERVERS_MAX) {
      section.findings().error(section.place("servers"), "are too many: at most " + SERVERS_MAX);
    }
    if (backend.balance().algorithm() == Algorithm.FIRST
        && servers.size() > 1
        && servers.stream().anyMatch(server -> server.maxConnections() == 0)) {
      section
          .findings()
          .warning(
              section.place("balance"),
              "a server without max-connections is never full: those after it get no sessions",
              "set max-connections");
    }
    if (!servers.isEmpty() && servers.stream().allMatch(server -> server.weight() == 0)) {
      section
          .findings()
          .warning(section.place("servers"), "no server gets sessions: all have weight 0", "");
    }
  }
}
