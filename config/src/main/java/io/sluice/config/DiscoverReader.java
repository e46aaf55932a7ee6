package io.sluice.config;

import io.sluice.config.BackendConfig.ServerConfig;
import io.sluice.config.ConfigSection.Text;
import io.sluice.config.ConfigSection.Word;
import io.sluice.config.DiscoverConfig.RecordType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads which servers of a backend DNS tells, and makes the slots that they fill. */
final class DiscoverReader {

  private static final Duration SHORTEST = Duration.ofMillis(1);
  private static final Duration LONGEST = Duration.ofDays(365);

  /** RFC 2181, section 8: 31 bits; nobody means more than this. */
  private static final Duration TTL_MAX = Duration.ofDays(7);

  private static final Duration TIMEOUT_MIN = Duration.ofMillis(10);
  private static final Duration TIMEOUT_MAX = Duration.ofMinutes(1);
  private static final Duration SECOND = Duration.ofSeconds(1);

  private static final int PORT_MAX = 65535;
  private static final int SLOTS_MAX = 1000;
  private static final int RETRIES_MAX = 100;
  private static final int NAME_MAX = 253;

  private static final Word<String> NO_NAME = new Word<>("none", "");
  private static final Word<Integer> NO_PORT = new Word<>("none", 0);
  private static final Word<Duration> FOREVER = new Word<>("forever", DiscoverConfig.FOREVER);

  /** Labels of RFC 1035 with the underscores of RFC 2782, one letter at least: no IP address. */
  private static final Pattern NAME =
      Pattern.compile("(?=.*[A-Za-z])[A-Za-z0-9_-]{1,63}(\\.[A-Za-z0-9_-]{1,63})*\\.?");

  private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9_.:-]{1,100}");

  private DiscoverReader() {}

  /** Those of a backend. */
  static DiscoverConfig ofBackend(ConfigSection backend) {
    ConfigSection section = backend.section("discover");
    DiscoverConfig discover = read(section);
    if (discover.isOn() && discover.port() == 0 && isAddresses(discover.type())) {
      section.findings().error(section.place(), "needs a port: only records of type srv tell one");
    }
    if (discover.type() == RecordType.SRV && discover.port() > 0 && section.isSet("port")) {
      section.findings().error(section.place("port"), "means nothing: records of type srv tell it");
    }
    if (!discover.isOn()
        && !section.isSet("name")
        && Keys.DISCOVER.stream().anyMatch(section::isSet)) {
      section.findings().error(section.place(), "needs a name: nothing is discovered without");
    }
    return discover;
  }

  /** False also after a problem with the type. */
  private static boolean isAddresses(RecordType type) {
    return type != null && type != RecordType.SRV;
  }

  /** What backends inherit, or a backend's own. */
  static DiscoverConfig read(ConfigSection section) {
    String name = section.text("name", NAME, "a domain name such as db.example.org", NO_NAME);
    if (name.length() > NAME_MAX) {
      section.findings().error(section.place("name"), "has more than " + NAME_MAX + " characters");
    }
    Duration ttlMin = section.duration("ttl-min", SECOND, TTL_MAX, null);
    Duration ttlMax = section.duration("ttl-max", SECOND, TTL_MAX, null);
    if (ttlMin.compareTo(ttlMax) > 0 && !ttlMax.isZero()) {
      section
          .findings()
          .error(section.place("ttl-min"), "is more than ttl-max (" + Units.duration(ttlMax) + ")");
    }
    return new DiscoverConfig(
        name,
        section.choice("type", RecordType.class),
        section.integer("port", 1, PORT_MAX, NO_PORT),
        section.integer("slots", 1, SLOTS_MAX, null),
        section.text("prefix", PREFIX, "letters, digits and _ . : -", null),
        resolvers(section),
        section.duration("timeout", TIMEOUT_MIN, TIMEOUT_MAX, null),
        section.integer("retries", 0, RETRIES_MAX, null),
        section.duration("retry-interval", SHORTEST, LONGEST, null),
        ttlMin,
        ttlMax,
        section.duration("hold-obsolete", Duration.ZERO, LONGEST, FOREVER),
        section.duration("hold-nx", Duration.ZERO, LONGEST, FOREVER),
        section.duration("hold-failure", Duration.ZERO, LONGEST, FOREVER));
  }

  private static List<Address.Tcp> resolvers(ConfigSection section) {
    List<Address.Tcp> all = new ArrayList<>();
    for (Text text : section.list("resolvers")) {
      try {
        all.add(AddressParser.parseNameServer(text.text()));
      } catch (IllegalArgumentException e) {
        section.findings().error(text.place(), e.getMessage());
      }
    }
    return all;
  }

  /**
   * The slots, with what servers of the backend have where they set nothing themselves.
   *
   * @param taken the servers that have names already
   * @param like the terms of each
   */
  static List<ServerConfig> slots(
      ConfigSection backend, DiscoverConfig discover, List<ServerConfig> taken, ServerConfig like) {
    Set<String> names = taken.stream().map(ServerConfig::name).collect(Collectors.toSet());
    List<ServerConfig> slots = new ArrayList<>();
    for (int number = 1; number <= discover.slots(); number++) {
      ServerConfig slot = like.named(discover.prefix() + number);
      if (names.contains(slot.name())) {
        backend
            .findings()
            .error(
                backend.section("discover").place(),
                "slot and server have one name, " + slot.name() + "; set another prefix");
      }
      slots.add(slot);
    }
    return slots;
  }
}
