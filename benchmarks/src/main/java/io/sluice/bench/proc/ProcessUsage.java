package io.sluice.bench.proc;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * What a set of processes has used up to one moment: CPU time, context switches, memory.
 *
 * <p>CPU time is the nanosecond counter of every task. A task that ends takes its counter with it;
 * a process that lost tasks between two snapshots is therefore measured with the whole-process
 * clock of /proc/PID/stat, which keeps them at a resolution of 10 ms.
 */
public final class ProcessUsage {

  private record Task(long cpuNs, long switches) {}

  private record OneProcess(long statCpuNs, long rssBytes, Map<Long, Task> tasks) {}

  private final Map<Long, OneProcess> processes;

  private ProcessUsage(Map<Long, OneProcess> processes) {
    this.processes = processes;
  }

  /** Reads the counters of these processes now; one that is gone counts as nothing. */
  public static ProcessUsage of(Collection<Long> pids) {
    Map<Long, OneProcess> processes = new HashMap<>();
    for (long pid : pids) {
      try {
        processes.put(pid, read(pid));
      } catch (IOException ended) {
        // A worker may end between listing and reading; its successor is in the next snapshot.
      }
    }
    return new ProcessUsage(processes);
  }

  /** CPU nanoseconds used since {@code earlier}. */
  public long cpuNsSince(ProcessUsage earlier) {
    long sum = 0;
    for (Map.Entry<Long, OneProcess> entry : processes.entrySet()) {
      OneProcess now = entry.getValue();
      OneProcess then = earlier.processes.get(entry.getKey());
      if (then == null) {
        sum += now.statCpuNs;
      } else if (now.tasks.keySet().containsAll(then.tasks.keySet())) {
        sum += sumTasks(now, then);
      } else {
        sum += now.statCpuNs - then.statCpuNs;
      }
    }
    return sum;
  }

  /** Context switches since {@code earlier}, of the tasks that are still alive. */
  public long switchesSince(ProcessUsage earlier) {
    long sum = 0;
    for (Map.Entry<Long, OneProcess> entry : processes.entrySet()) {
      OneProcess then = earlier.processes.get(entry.getKey());
      for (Map.Entry<Long, Task> task : entry.getValue().tasks.entrySet()) {
        Task before = then == null ? null : then.tasks.get(task.getKey());
        sum += task.getValue().switches - (before == null ? 0 : before.switches);
      }
    }
    return sum;
  }

  /** Resident memory of all the processes in bytes; pages that they share count once for each. */
  public long rssBytes() {
    return processes.values().stream().mapToLong(OneProcess::rssBytes).sum();
  }

  /**
   * Memory that these processes themselves have made, {@link ProcText#ownMemoryBytes}; one that is
   * gone counts as nothing. Walks their page tables, and so is no part of a snapshot.
   */
  public static long ownMemoryBytes(Collection<Long> pids) throws IOException {
    long sum = 0;
    for (long pid : pids) {
      Path proc = Path.of("/proc", Long.toString(pid));
      try {
        sum += ProcText.ownMemoryBytes(Files.readAllLines(proc.resolve("smaps_rollup")));
      } catch (IOException e) {
        if (Files.exists(proc)) {
          throw e;
        }
      }
    }
    return sum;
  }

  private static long sumTasks(OneProcess now, OneProcess then) {
    long sum = 0;
    for (Map.Entry<Long, Task> task : now.tasks.entrySet()) {
      Task before = then.tasks.get(task.getKey());
      sum += task.getValue().cpuNs - (before == null ? 0 : before.cpuNs);
    }
    return sum;
  }

  private static OneProcess read(long pid) throws IOException {
    Path proc = Path.of("/proc", Long.toString(pid));
    Map<Long, Task> tasks = new HashMap<>();
    try (DirectoryStream<Path> dirs = Files.newDirectoryStream(proc.resolve("task"))) {
      for (Path dir : dirs) {
        try {
          long cpuNs = ProcText.schedstatNs(Files.readString(dir.resolve("schedstat")));
          long switches = ProcText.contextSwitches(Files.readAllLines(dir.resolve("status")));
          tasks.put(Long.parseLong(dir.getFileName().toString()), new Task(cpuNs, switches));
        } catch (IOException ended) {
          // A thread that ends while it is read: the whole-process clock still has its time.
        }
      }
    }
    long statCpuNs = ProcText.statCpuNs(Files.readString(proc.resolve("stat")));
    long rssBytes = ProcText.rssBytes(Files.readAllLines(proc.resolve("status")));
    return new OneProcess(statCpuNs, rssBytes, tasks);
  }
}
