package io.sluice.session;

import io.sluice.config.ConfigException;
import io.sluice.config.ConfigReader;
import io.sluice.config.SluiceConfig;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import java.util.StringJoiner;

/** The configuration of a {@link LoopHarness}: one frontend, one backend, and what a test adds. */
final class HarnessConfig {
  private HarnessConfig() {}

  /** In {@code settings}, ORIGIN0 and so on stand for the ports of the servers. */
  static SluiceConfig of(List<ServerSocketChannel> origins, String settings)
      throws ConfigException {
    StringBuilder servers = new StringBuilder();
    for (int i = 0; i < origins.size(); i++) {
      int port = origins.get(i).socket().getLocalPort();
      servers.append("s").append(i).append(" = \"127.0.0.1:").append(port).append("\"\n");
    }
    String terms = settings;
    for (int i = 0; i < origins.size(); i++) {
      terms = terms.replace("ORIGIN" + i, "" + origins.get(i).socket().getLocalPort());
    }
    return ConfigReader.parse(
            "test",
            "sluice {\nfrontends.web { bind = \"127.0.0.1:0\", backend = app }\n"
                + "backends.app.servers {\n"
                + servers
                // Whatever the machine's limit for one user is.
                + "}\npump.pipe-budget = 8192\n"
                // With one server a retry is the same again, only later.
                + (origins.size() == 1 ? "retries = 0\n" : "")
                + terms
                + "\n}")
        .config();
  }

  /** A mirror m0, m1 and so on for each of {@code terms}, with a target of its own. */
  static String mirrors(List<ServerSocketChannel> targets, List<String> terms) {
    StringBuilder settings = new StringBuilder("\n");
    StringJoiner names = new StringJoiner(", ", "frontends.web.mirror = [", "]\n");
    for (int i = 0; i < terms.size(); i++) {
      int port = targets.get(i).socket().getLocalPort();
      settings.append("mirrors.m").append(i).append(" { to = \"tcp:127.0.0.1:").append(port);
      settings.append("\", ").append(terms.get(i)).append(" }\n");
      names.add("m" + i);
    }
    return terms.isEmpty() ? "" : settings.append(names).toString();
  }
}
