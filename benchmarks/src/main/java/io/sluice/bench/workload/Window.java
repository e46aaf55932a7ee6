package io.sluice.bench.workload;

import io.sluice.bench.figures.Metric;
import io.sluice.bench.proc.Machine;
import io.sluice.bench.proc.ProcessUsage;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** A stretch of time and what the contender, the load generator and the machine used in it. */
final class Window {

  private static final double NS_PER_S = 1e9;
  private static final List<Long> SELF = List.of(ProcessHandle.current().pid());

  private final Collection<Long> pids;
  private final ProcessUsage contenderBefore;
  private final ProcessUsage loadBefore;
  private final long machineBefore;
  private final long startNs;

  private ProcessUsage contenderAfter;
  private ProcessUsage loadAfter;
  private long machineAfter;
  private long endNs;

  private Window(Collection<Long> pids) {
    this.pids = pids;
    this.loadBefore = ProcessUsage.of(SELF);
    this.machineBefore = Machine.busyNs();
    this.contenderBefore = ProcessUsage.of(pids);
    this.startNs = System.nanoTime();
  }

  /** Begins now, with the contender's snapshot next to the clock. */
  static Window open(Collection<Long> pids) {
    return new Window(pids);
  }

  /** Ends now; the figures below are valid from here on. */
  void close() {
    endNs = System.nanoTime();
    contenderAfter = ProcessUsage.of(pids);
    machineAfter = Machine.busyNs();
    loadAfter = ProcessUsage.of(SELF);
  }

  double seconds() {
    return (endNs - startNs) / NS_PER_S;
  }

  boolean hasProxy() {
    return !pids.isEmpty();
  }

  double proxyCpuSeconds() {
    return contenderAfter.cpuNsSince(contenderBefore) / NS_PER_S;
  }

  /**
   * CPU seconds for one unit of work: the contender's, and the whole machine's, in which work that
   * it leaves to others shows as well.
   *
   * @param units how much work was done, more than 0
   */
  void putCost(Map<Metric, Double> figures, Metric proxy, Metric machine, double units) {
    if (hasProxy()) {
      figures.put(proxy, proxyCpuSeconds() / units);
    }
    figures.put(machine, (machineAfter - machineBefore) / NS_PER_S / units);
  }

  /** The figures that every workload has. */
  void putCommon(Map<Metric, Double> figures) {
    if (hasProxy()) {
      figures.put(Metric.PROXY_CORES, proxyCpuSeconds() / seconds());
      figures.put(Metric.SWITCHES, contenderAfter.switchesSince(contenderBefore) / seconds());
      figures.put(Metric.RSS, contenderAfter.rssBytes() / (double) (1 << 20));
    }
    double load = loadAfter.cpuNsSince(loadBefore) / NS_PER_S / seconds();
    double machine = (machineAfter - machineBefore) / NS_PER_S / seconds();
    double others = machine - load - proxyCpuSeconds() / seconds();
    figures.put(Metric.LOAD_CORES, load);
    figures.put(Metric.MACHINE_CORES, machine);
    figures.put(Metric.OTHERS_CORES, Math.max(0, others));
  }
}
