package io.sluice.app.e2e;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * What the log says about one closed session.
 *
 * @param bytesToServer as in {@code up=}
 * @param splicedPercent share of all its bytes
 * @param state HAProxy's two letters
 * @param mirrors {@code name:bytes(reason)}, separated by commas; empty if there are none
 */
record SessionLine(
    long bytesToServer,
    long bytesToClient,
    int splicedPercent,
    String state,
    String mirrors,
    String words) {
  private static final Pattern LINE =
      Pattern.compile(
          " -?\\d+/-?\\d+/\\d+ (\\d+) (\\S\\S) [\\d/+]+ \\d+/\\d+ up=(\\d+) spliced=(\\d+)%"
              + "(?: mirrors=(\\S+))? \"(.*)\"\n");

  /** All sessions in {@code log}, in its order. */
  static List<SessionLine> in(String log) {
    return LINE.matcher(log).results().map(SessionLine::of).toList();
  }

  long bytes() {
    return bytesToServer + bytesToClient;
  }

  private static SessionLine of(MatchResult found) {
    return new SessionLine(
        Long.parseLong(found.group(3)),
        Long.parseLong(found.group(1)),
        Integer.parseInt(found.group(4)),
        found.group(2),
        found.group(5) == null ? "" : found.group(5),
        found.group(6));
  }
}
