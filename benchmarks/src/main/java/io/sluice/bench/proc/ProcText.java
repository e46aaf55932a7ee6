package io.sluice.bench.proc;

import java.util.List;

/** Parsers for the texts of proc(5). Pure functions; a text of another shape is an error. */
public final class ProcText {

  /** What /proc/stat and /proc/PID/stat count in: USER_HZ is 100 on every Linux architecture. */
  static final long NANOS_PER_TICK = 10_000_000;

  private static final int STAT_UTIME = 11;
  private static final int STAT_STIME = 12;
  private static final String LISTEN_STATE = "0A";

  private ProcText() {}

  /** Nanoseconds on a CPU: the first number of /proc/PID/task/TID/schedstat. */
  public static long schedstatNs(String text) {
    return Long.parseLong(words(text)[0]);
  }

  /**
   * User and system time of a whole process from /proc/PID/stat in nanoseconds, threads that have
   * ended included; resolution 10 ms. The command name may hold blanks and parentheses.
   */
  public static long statCpuNs(String text) {
    String[] fields = words(text.substring(text.lastIndexOf(')') + 1));
    return (Long.parseLong(fields[STAT_UTIME]) + Long.parseLong(fields[STAT_STIME]))
        * NANOS_PER_TICK;
  }

  /** Voluntary and involuntary context switches of /proc/PID/task/TID/status together. */
  public static long contextSwitches(List<String> status) {
    return field(status, "voluntary_ctxt_switches:") + field(status, "nonvoluntary_ctxt_switches:");
  }

  /** Resident memory from /proc/PID/status in bytes; 0 for a process that is ending. */
  public static long rssBytes(List<String> status) {
    return field(status, "VmRSS:") * 1024;
  }

  /**
   * Memory that a process itself has made, from /proc/PID/smaps_rollup in bytes: anonymous and
   * shared-memory pages, also those in swap, without the pages of files; a page that several
   * processes share counts by its share.
   */
  public static long ownMemoryBytes(List<String> rollup) {
    long kib = 0;
    for (String name : List.of("Pss_Anon:", "Pss_Shmem:", "SwapPss:")) {
      if (rollup.stream().noneMatch(line -> line.startsWith(name))) {
        throw new IllegalArgumentException("no " + name + " in " + rollup);
      }
      kib += field(rollup, name);
    }
    return kib * 1024;
  }

  /** Nanoseconds that all CPUs were busy, from the first line of /proc/stat; steal not included. */
  public static long machineBusyNs(String cpuLine) {
    String[] fields = words(cpuLine);
    if (!fields[0].equals("cpu")) {
      throw new IllegalArgumentException("not the sum line of /proc/stat: " + cpuLine);
    }
    long user = Long.parseLong(fields[1]);
    long nice = Long.parseLong(fields[2]);
    long system = Long.parseLong(fields[3]);
    long irq = Long.parseLong(fields[6]);
    long softirq = Long.parseLong(fields[7]);
    return (user + nice + system + irq + softirq) * NANOS_PER_TICK;
  }

  /** True when a line of /proc/net/tcp or tcp6 is a listening socket on {@code port}. */
  public static boolean isListener(String line, int port) {
    String[] fields = words(line);
    return fields.length > 3
        && fields[3].equals(LISTEN_STATE)
        && fields[1].endsWith(String.format(":%04X", port));
  }

  /** The soft limit of open files in /proc/PID/limits. */
  public static long descriptorsMax(List<String> limits) {
    for (String line : limits) {
      if (line.startsWith("Max open files")) {
        String soft = words(line)[3];
        return soft.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(soft);
      }
    }
    throw new IllegalArgumentException("no limit of open files in " + limits);
  }

  private static long field(List<String> status, String name) {
    for (String line : status) {
      if (line.startsWith(name)) {
        return Long.parseLong(words(line)[1]);
      }
    }
    return 0;
  }

  private static String[] words(String line) {
    return line.strip().split("\\s+", -1);
  }
}
