package io.sluice.bench.figures;

/** One kind of figure: the one list of what is reported, in the order of the columns. */
public enum Metric {
  THROUGHPUT("GB/s", Better.MORE, Kind.HEADLINE),
  CPU_PER_GB("proxy CPU s/GB", Better.LESS, Kind.HEADLINE),
  MACHINE_PER_GB("machine CPU s/GB", Better.LESS, Kind.DETAIL),
  MIRRORED("bytes that reached the mirror, %", Better.MORE, Kind.DETAIL),
  CALLS_PER_MB("system calls/MB", Better.LESS, Kind.DETAIL),
  ROUND_TRIPS("round trips/s", Better.MORE, Kind.HEADLINE),
  P50("p50 µs", Better.LESS, Kind.DETAIL),
  P99("p99 µs", Better.LESS, Kind.HEADLINE),
  P999("p99.9 µs", Better.LESS, Kind.DETAIL),
  CPU_PER_MILLION("proxy CPU s/M round trips", Better.LESS, Kind.HEADLINE),
  MACHINE_PER_MILLION("machine CPU s/M", Better.LESS, Kind.DETAIL),
  CALLS_PER_TRIP("system calls/round trip", Better.LESS, Kind.DETAIL),
  CONNECTIONS("connections/s", Better.MORE, Kind.HEADLINE),
  CPU_PER_100K("proxy CPU s/100k connections", Better.LESS, Kind.HEADLINE),
  MACHINE_PER_100K("machine CPU s/100k", Better.LESS, Kind.DETAIL),
  CALLS_PER_CONNECTION("system calls/connection", Better.LESS, Kind.DETAIL),
  MEMORY_PER_SESSION("memory KiB/session", Better.LESS, Kind.HEADLINE),
  LIVE_HEAP_PER_SESSION("live Java heap KiB/session", Better.LESS, Kind.DETAIL),
  IDLE_CPU("idle CPU, % of a core", Better.LESS, Kind.HEADLINE),
  ERRORS("failed", Better.LESS, Kind.DETAIL),
  PROXY_CORES("proxy, cores", Better.LESS, Kind.RESOURCE),
  LOAD_CORES("load, cores", Better.LESS, Kind.RESOURCE),
  MACHINE_CORES("machine, cores", Better.LESS, Kind.RESOURCE),
  OTHERS_CORES("others, cores", Better.LESS, Kind.RESOURCE),
  SWITCHES("proxy switches/s", Better.LESS, Kind.RESOURCE),
  RSS("RSS MiB", Better.LESS, Kind.RESOURCE);

  /** What part a figure plays in the report. */
  public enum Kind {
    /** Contenders are compared by it. */
    HEADLINE,
    /** It stands beside the headlines. */
    DETAIL,
    /** What was used meanwhile; in a table of its own. */
    RESOURCE
  }

  /** Which way a figure should go. */
  public enum Better {
    MORE,
    LESS
  }

  private final String label;
  private final Better better;
  private final Kind kind;

  Metric(String label, Better better, Kind kind) {
    this.label = label;
    this.better = better;
    this.kind = kind;
  }

  /** The column's title with the unit. */
  public String label() {
    return label;
  }

  public Better better() {
    return better;
  }

  public Kind kind() {
    return kind;
  }
}
