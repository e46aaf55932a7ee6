package io.sluice.app.e2e;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.regex.Pattern;

/**
 * What a proxy's log must say of one {@link Situation}; each method says one thing more and returns
 * this.
 */
final class Expected {
  final String server;
  final String state;
  LongPredicate queueMs = Expected::none;
  LongPredicate connectMs = Expected::none;
  LongPredicate totalMs = ms -> ms >= 0;
  long bytesToClient;

  /** actconn/feconn/beconn/srvconn. */
  String counts = "1/1/0/0";

  String retries = "0";

  /** Before this session in the server's queue, and in the backend's. */
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

  /** No server took the connection. */
  Expected unconnected() {
    connectMs = Expected::never;
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

  Expected retries(String shown) {
    retries = shown;
    return this;
  }

  /** For so long behind the one session that the server takes, in the backend's queue. */
  Expected queued(long ms) {
    queues = "0/1";
    return tw(around(ms));
  }

  /** The same, and no server after that. */
  Expected leftInQueue(long ms) {
    counts = "2/2/1/0";
    return queued(ms).unconnected().tt(around(ms));
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
