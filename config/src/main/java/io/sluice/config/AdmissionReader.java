package io.sluice.config;

import io.sluice.config.AdmissionConfig.Action;
import io.sluice.config.AdmissionConfig.SourceLimits;
import io.sluice.config.ConfigSection.Word;
import java.time.Duration;

/** Reads who is let in by a frontend, and what all frontends inherit of it. */
final class AdmissionReader {

  private static final int RATE_MAX = 1_000_000;
  private static final int SOURCES_MAX = 10_000_000;
  private static final int TARPITTED_MAX = 1_000_000;
  private static final int IPV6_BITS = 128;
  private static final Duration SHORTEST = Duration.ofMillis(1);
  private static final Duration TARPIT_MAX = Duration.ofDays(1);
  private static final Word<Integer> UNLIMITED = new Word<>("none", 0);
  private static final Word<String> NO_RATE = new Word<>("none", "");

  private final AddressListReader lists;

  AdmissionReader(AddressListReader lists) {
    this.lists = lists;
  }

  AdmissionConfig read(ConfigSection section) {
    ConfigSection limits = section.section("limits");
    AddressList allow = lists.read(section, "allow");
    AddressList deny = lists.read(section, "deny");
    Action denyAction = section.choice("deny-action", Action.class);
    var sources =
        new SourceLimits(
            rate(limits, "source-rate"),
            limits.integer("source-connections", 1, Integer.MAX_VALUE, UNLIMITED),
            limits.integer("sources", 1, SOURCES_MAX, null),
            limits.integer("ipv6-prefix", 1, IPV6_BITS, null),
            limits.choice("action", Action.class));
    return new AdmissionConfig(
        allow,
        deny,
        denyAction,
        sources,
        limits.integer("max-tarpitted", 1, TARPITTED_MAX, null),
        section.section("timeouts").duration("tarpit", SHORTEST, TARPIT_MAX, null),
        connectionRate(section));
  }

  static int connectionRate(ConfigSection section) {
    return section.integer("max-connection-rate", 1, RATE_MAX, UNLIMITED);
  }

  private static Rate rate(ConfigSection section, String key) {
    String text = section.text(key, Rate.FORM, Rate.EXPECTED, NO_RATE);
    if (text.isEmpty()) {
      return Rate.UNLIMITED;
    }
    Rate rate = Rate.parse(text);
    if (rate == null) {
      section.findings().error(section.place(key), "must be " + Rate.EXPECTED + ", or none");
      return Rate.UNLIMITED;
    }
    return rate;
  }
}
