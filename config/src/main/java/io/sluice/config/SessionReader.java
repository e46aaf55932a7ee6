package io.sluice.config;

import io.sluice.config.ConfigSection.Word;
import java.time.Duration;
import java.util.regex.Pattern;

/** Reads what a backend lays down for its sessions. */
final class SessionReader {

  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofDays(365);
  private static final Word<Duration> NEVER = new Word<>("none", Duration.ZERO);
  private static final Pattern PERCENT = Pattern.compile("(100|[1-9]?[0-9])%");

  private SessionReader() {}

  static SessionConfig read(ConfigSection section) {
    String jitter =
        section.text("max-lifetime-jitter", PERCENT, "a percentage from 0% to 100%", null);
    return new SessionConfig(
        section.choice("send-proxy-protocol", ProxyVersion.class),
        section.duration("max-lifetime", SHORTEST, LONGEST, NEVER),
        jitter.isEmpty() ? 0 : Integer.parseInt(jitter.substring(0, jitter.length() - 1)));
  }
}
