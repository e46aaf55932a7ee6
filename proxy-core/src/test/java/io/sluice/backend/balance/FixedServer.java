package io.sluice.backend.balance;

import io.sluice.config.ConfigException;
import io.sluice.config.ConfigReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A candidate whose numbers a test sets. */
final class FixedServer implements Candidate {
  private final String name;
  int weight;
  int sessions;
  int max = Integer.MAX_VALUE;

  FixedServer(String name, int weight) {
    this.name = name;
    this.weight = weight;
  }

  /** Servers s0, s1 and so on. */
  static List<FixedServer> ofWeights(int... weights) {
    List<FixedServer> servers = new ArrayList<>();
    for (int weight : weights) {
      servers.add(new FixedServer("s" + servers.size(), weight));
    }
    return servers;
  }

  static int[] equal(int servers) {
    int[] weights = new int[servers];
    Arrays.fill(weights, 1);
    return weights;
  }

  /** The balancing of a backend with these settings and one server of weight {@code weightMax}. */
  static Balancing balancing(String settings, int weightMax) throws ConfigException {
    String hocon =
        "sluice { frontends.web { bind = \":1\", backend = app }\nbackends.app { "
            + settings
            + "\nservers.a { address = \"h:1\", weight = "
            + weightMax
            + " } } }";
    return Balancing.of(ConfigReader.parse("test", hocon).config().backends().get("app"));
  }

  @Override
  public String hashName() {
    return name;
  }

  @Override
  public int weightHundredths() {
    return weight * 100;
  }

  @Override
  public int sessions() {
    return sessions;
  }

  @Override
  public boolean hasRoom() {
    return sessions < max;
  }
}
