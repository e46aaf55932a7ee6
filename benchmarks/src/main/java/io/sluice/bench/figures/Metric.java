package io.sluice.bench.figures;

/** One kind of figure: the one list of what is reported, in the order of the columns. */
public enum Metric {
  THROUGHPUT("GB/s", Better.MORE, true),
  CPU_PER_GB("proxy CPU s/GB", Better.LESS, true),
  ROUND_TRIPS("round trips/s", Better.MORE, true),
  P50("p50 µs", Better.LESS, false),
  P99("p99 µs", Better.LESS, true),
  P999("p99.9 µs", Better.LESS, false),
  CPU_PER_MILLION("proxy CPU s/M round trips", Better.LESS, true),
  CONNECTIONS("connections/s", Better.MORE, true),
  CPU_PER_100K("proxy CPU s/100k connections", Better.LESS, true),
  RSS_PER_SESSION("RSS KiB/session", Better.LESS, true),
  IDLE_CPU("idle CPU, % of a core", Better.LESS, true),
  ERRORS("failed", Better.LESS, false),
  PROXY_CORES("proxy CPU, cores", Better.LESS, false),
  LOAD_CORES("load CPU, cores", Better.LESS, false),
  MACHINE_CORES("machine CPU, cores", Better.LESS, false),
  SWITCHES("proxy switches/s", Better.LESS, false),
  RSS("RSS MiB", Better.LESS, false);

  /** Which way a figure should go. */
  public enum Better {
    MORE,
    LESS
  }

  private final String label;
  private final Better better;
  private final boolean headline;

  Metric(String label, Better better, boolean headline) {
    this.label = label;
    this.better = better;
    this.headline = headline;
  }

  /** The column's title with the unit. */
  public String label() {
    return label;
  }

  public Better better() {
    return better;
  }

  /** True for the figures that contenders are compared by. */
  public boolean isHeadline() {
    return headline;
  }
}
