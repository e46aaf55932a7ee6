package io.sluice.app.service;

import io.sluice.proxy.Snapshot;
import io.sluice.stats.Counter;
import java.util.Locale;

/**
 * What {@code systemctl status} shows: {@code 3 sessions, 4 of 5 servers up, 1.2 MB/s to servers,
 * 840 kB/s to clients (epoll, splice auto, 2 threads)}. One thread.
 */
public final class StatusLine {
  private static final String[] UNITS = {"B/s", "kB/s", "MB/s", "GB/s", "TB/s"};

  private final String way;
  private long toServer;
  private long toClient;
  private long atNs;

  /**
   * Begins with a proxy that has just begun.
   *
   * @param way how bytes are moved, in words
   */
  StatusLine(String way, long nowNs) {
    this.way = way;
    atNs = nowNs;
  }

  /**
   * The line about now, and the time since it was asked last.
   *
   * @param present who is there, in words
   */
  String text(String present, Snapshot now, long nowNs) {
    double seconds = Math.max(1, nowNs - atNs) / 1e9;
    String text =
        present
            + ", "
            + rate((now.all().get(Counter.BYTES_TO_SERVER) - toServer) / seconds)
            + " to servers, "
            + rate((now.all().get(Counter.BYTES_TO_CLIENT) - toClient) / seconds)
            + " to clients ("
            + way
            + ")";
    remember(now, nowNs);
    return text;
  }

  /** {@code 3 sessions, 4 of 5 servers up}. */
  public static String present(int sessions, int serversUp, int servers) {
    return (sessions == 1 ? "1 session, " : sessions + " sessions, ")
        + serversUp
        + " of "
        + servers
        + (servers == 1 ? " server up" : " servers up");
  }

  private void remember(Snapshot snapshot, long nowNs) {
    toServer = snapshot.all().get(Counter.BYTES_TO_SERVER);
    toClient = snapshot.all().get(Counter.BYTES_TO_CLIENT);
    atNs = nowNs;
  }

  /** Two digits at least: more would make every line a new one. */
  static String rate(double bytesPerSecond) {
    double value = bytesPerSecond;
    int unit = 0;
    while (value >= 999.5 && unit < UNITS.length - 1) {
      value /= 1000;
      unit++;
    }
    String format = unit > 0 && value < 9.95 ? "%.1f %s" : "%.0f %s";
    return String.format(Locale.ROOT, format, value, UNITS[unit]);
  }
}
