package io.sluice.app.e2e;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.regex.Pattern;

/**
 * What a proxy's log must say of one {@link Situation}; each method changes one thing and returns
 * this.
 */
final class Expected {
  final String server;
  final String state;
  LongPredicate queueMs = Expected::none;
  LongPredicate connectMs = Expected::none;
  LongPredicate totalMs = ms -> ms >= 0;
  long bytesToClient;
  String counts = "1/1/0/0";
  String retries = "0";
  String queues = "0/0";
  int lines = 1;
  final List<Pattern> besides = new ArrayList<>();

  private static final int TOLERANCE_MS = 250;

  Expected(String server, String state) {
    this.server = server;
    this.state = state;
  }

  Expected tw(LongPredicate ms) {
    queueMs = ms;
    return this;
  }

  Expected tc(LongPredicate ms) {
    connectMs = ms;
    return this;
  }

  Expected tt(LongPredicate ms) {
    totalMs = ms;
    return this;
  }

  Expected bytes(long toClient) {
    bytesToClient = toClient;
    return this;
  }

  /** actconn/feconn/beconn/srvconn. */
  Expected counts(String four) {
    counts = four;
    return this;
  }

  Expected retries(String shown) {
    retries = shown;
    return this;
  }

  Expected queues(String serverAndBackend) {
    queues = serverAndBackend;
    return this;
  }

  /** Of so many lines, in any order, it is the one with the most bytes. */
  Expected among(int count) {
    lines = count;
    return this;
  }

  /** A line of its own besides the session's. */
  Expected says(String regex) {
    besides.add(Pattern.compile(regex));
    return this;
  }

  /** No time to speak of. */
  static boolean none(long ms) {
    return ms >= 0 && ms < TOLERANCE_MS;
  }

  static boolean never(long ms) {
    return ms == -1;
  }

  static LongPredicate around(long expectedMs) {
    return ms -> ms >= expectedMs - 2 && ms < expectedMs + TOLERANCE_MS;
  }
}
