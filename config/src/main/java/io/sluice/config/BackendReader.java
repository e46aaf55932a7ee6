package io.sluice.config;

import io.sluice.config.BackendConfig.OnMarkedDown;
import io.sluice.config.BackendConfig.OnMarkedUp;
import io.sluice.config.BackendConfig.ServerConfig;
import io.sluice.config.ConfigSection.Word;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Reads a backend's own keys, its servers, and what both inherit. */
final class BackendReader {

  private static final Duration SHORTEST = Duration.ofMillis(1);
  private static final Duration LONGEST = Duration.ofDays(365);
  private static final int WEIGHT_MAX = 256;
  private static final int RETRIES_MAX = 1000;

  private static final Word<Duration> NO_TIME = new Word<>("none", Duration.ZERO);
  private static final Word<Integer> AUTO = new Word<>("auto", 0);
  private static final Word<Integer> NO_LIMIT = new Word<>("none", 0);
  private static final Word<Integer> NO_BOUND = new Word<>("none", Integer.MAX_VALUE);

  private static final Pattern REDISPATCH = Pattern.compile("every|last|off|[1-9][0-9]{0,3}");

  private BackendReader() {}

  /** Only for their problems: what nothing inherits is not met otherwise. */
  static void readDefaults(ConfigSection sluice) {
    BalanceReader.read(sluice);
    retry(sluice);
    fullConnections(sluice);
    limits(sluice.section("server-defaults"), null, null, null);
    CheckReader.readDefaults(sluice);
    DiscoverReader.read(sluice.section("discover"));
  }

  static RetryConfig retry(ConfigSection section) {
    int retries = section.integer("retries", 0, RETRIES_MAX, null);
    String text =
        section.text(
            "redispatch", REDISPATCH, "every, last, off, or a number from 1 to 9999", null);
    int redispatch =
        switch (text) {
          case "", "off" -> RetryConfig.OFF;
          case "every" -> RetryConfig.EVERY;
          case "last" -> RetryConfig.LAST;
          default -> Integer.parseInt(text);
        };
    return new RetryConfig(retries, redispatch);
  }

  static int fullConnections(ConfigSection section) {
    return section.integer("full-connections", 1, Integer.MAX_VALUE, AUTO);
  }

  /** HAProxy: a queue without a time-out of its own has that of connect. */
  static Duration queueTimeout(ConfigSection timeouts, Duration connect) {
    Duration own = timeouts.duration("queue", SHORTEST, LONGEST, NO_TIME);
    return own.isZero() ? connect : own;
  }

  /** Those of the file, then the slots of {@code discover}. */
  static List<ServerConfig> servers(
      ConfigSection backend, DiscoverConfig discover, TcpOptions tcp) {
    ConfigSection group = backend.section("servers");
    ConfigSection defaults = backend.section("server-defaults");
    ConfigSection source = backend.section("source");
    var found = discover.isOn() ? new Address.Discovered(discover.name()) : null;
    TcpOptions unsetTcp = tcp.from(SourceReader.read(source));
    ServerConfig unset = limits(defaults, found, unsetTcp, CheckReader.ofSlots(backend, found));
    List<ConfigSection> sections = group.named(defaults, "address");
    if (sections.isEmpty() && !group.isBroken() && !discover.isOn()) {
      backend.findings().error(backend.place("servers"), "at least one server is needed");
    }
    List<ServerConfig> servers = new ArrayList<>();
    for (ConfigSection section : sections) {
      Address address = section.string("address").map(text -> address(section, text)).orElse(null);
      TcpOptions own = tcp.from(SourceReader.read(section.section("source", source)));
      servers.add(limits(section, address, own, CheckReader.ofServer(section, backend, address)));
    }
    if (discover.isOn()) {
      servers.addAll(DiscoverReader.slots(backend, discover, servers, unset));
    }
    return servers;
  }

  private static Address address(ConfigSection section, ConfigSection.Text text) {
    try {
      return AddressParser.parseServer(text.text());
    } catch (IllegalArgumentException e) {
      section.findings().error(text.place(), e.getMessage());
      return null;
    }
  }

  private static ServerConfig limits(
      ConfigSection section, Address address, TcpOptions tcp, HealthConfig health) {
    var server =
        new ServerConfig(
            section.name(),
            address,
            section.integer("weight", 0, WEIGHT_MAX, null),
            section.bool("backup"),
            section.integer("max-connections", 1, Integer.MAX_VALUE, NO_LIMIT),
            section.integer("min-connections", 1, Integer.MAX_VALUE, NO_LIMIT),
            section.integer("max-queue", 0, Integer.MAX_VALUE, NO_BOUND),
            section.duration("slow-start", SHORTEST, LONGEST, NO_TIME),
            section.choice("on-marked-down", OnMarkedDown.class),
            section.choice("on-marked-up", OnMarkedUp.class),
            tcp,
            health);
    int max = server.maxConnections();
    if (server.minConnections() > 0 && max == 0) {
      section
          .findings()
          .error(section.place("min-connections"), "means nothing without max-connections");
    } else if (server.minConnections() > max) {
      section
          .findings()
          .error(section.place("min-connections"), "is more than max-connections (" + max + ")");
    }
    return server;
  }
}
