package io.sluice.config;

import io.sluice.config.ConfigSection.Word;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Reads what a frontend reads of a connection before it looks for a server. */
final class GreetingReader {

  /** One backend that a frontend names, with its place in the file. */
  record Target(String backend, Place place) {}

  private static final Duration SHORTEST = Duration.ofMillis(1);
  private static final Duration LONGEST = Duration.ofDays(365);
  private static final Duration INSPECT_MAX = Duration.ofMinutes(10);
  private static final Word<Duration> NEVER = new Word<>("none", Duration.ZERO);

  /**
   * What a receiver must be able to take (proxy-protocol.txt, section 2.2), and the most there is.
   */
  private static final int HEADER_MIN = 536;

  private static final int HEADER_MAX = 16 + 0xFFFF;

  private static final int NAME_MAX = 253;
  private static final String LABEL = "[a-z0-9_-]{1,63}";
  private static final Pattern NAME = Pattern.compile("(\\*\\.)?" + LABEL + "(\\." + LABEL + ")*");

  /** RFC 7301: one byte tells the length. Visible ASCII, as all registered ones are. */
  private static final Pattern PROTOCOL = Pattern.compile("[!-~]{1,255}");

  private final AddressListReader lists;
  private final List<Target> targets = new ArrayList<>();

  GreetingReader(AddressListReader lists) {
    this.lists = lists;
  }

  GreetingConfig read(ConfigSection section) {
    ConfigSection accept = section.section("accept-proxy-protocol");
    Map<ProxyPolicy, AddressList> sources = new EnumMap<>(ProxyPolicy.class);
    for (ProxyPolicy policy : ProxyPolicy.values()) {
      if (policy != ProxyPolicy.OFF) {
        AddressList list = lists.read(accept, policy.name().toLowerCase(Locale.ROOT));
        if (!list.isEmpty()) {
          sources.put(policy, list);
        }
      }
    }
    return new GreetingConfig(
        sources,
        accept.choice("otherwise", ProxyPolicy.class),
        accept.bytes("max-header", HEADER_MIN, HEADER_MAX, null),
        section.section("timeouts").duration("greeting", SHORTEST, LONGEST, NEVER),
        table(section, "server-names", GreetingReader::name),
        table(section, "alpn", GreetingReader::protocol),
        section.duration("inspect-timeout", SHORTEST, INSPECT_MAX, null));
  }

  private Map<String, String> table(
      ConfigSection section, String key, Function<String, String> normal) {
    Map<String, String> table = new LinkedHashMap<>();
    Map<String, String> written = new HashMap<>();
    section
        .table(key)
        .forEach(
            (entry, backend) -> {
              try {
                String name = normal.apply(entry);
                String before = written.put(name, entry);
                if (before != null) {
                  throw new IllegalArgumentException("is the same as \"" + before + "\"");
                }
                table.put(name, backend.text());
                targets.add(new Target(backend.text(), backend.place()));
              } catch (IllegalArgumentException e) {
                section.findings().error(backend.place(), e.getMessage());
              }
            });
    return table;
  }

  private static String name(String text) {
    String name = text.toLowerCase(Locale.ROOT);
    if (name.endsWith(".")) {
      name = name.substring(0, name.length() - 1);
    }
    if (!NAME.matcher(name).matches() || name.length() > NAME_MAX) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no server name: write \"www.example.com\" or \"*.example.com\"");
    }
    return name;
  }

  private static String protocol(String text) {
    if (!PROTOCOL.matcher(text).matches()) {
      throw new IllegalArgumentException("\"" + text + "\" is no protocol such as h2");
    }
    return text;
  }

  /** Reports every table entry whose backend there is not. */
  void checkTargets(Set<String> backends, Findings findings) {
    Set<Place> told = new HashSet<>();
    for (Target target : targets) {
      if (!backends.contains(target.backend()) && told.add(target.place())) {
        findings.error(
            target.place(),
            "no backend has this name",
            Spelling.didYouMean(target.backend(), backends));
      }
    }
  }
}
