package io.sluice.bench.proc;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Counts the system calls of other processes with perf(1), which disturbs them little, or with
 * strace(1), which slows them down a lot. Used outside the measured windows only.
 */
public enum SyscallCounter {
  PERF("perf stat on raw_syscalls:sys_enter"),
  STRACE("strace -c, which slows the contender and so may change how much each call moves"),
  NONE("not counted: neither perf nor strace works here");

  private static final String EVENT = "raw_syscalls:sys_enter";

  private final String way;

  SyscallCounter(String way) {
    this.way = way;
  }

  /** The best one that works here. */
  public static SyscallCounter find() {
    if (Commands.ask("perf", "stat", "-x,", "-e", EVENT, "true")
        .filter(text -> perfCount(text).isPresent())
        .isPresent()) {
      return PERF;
    }
    return Commands.ask("strace", "-c", "true").isPresent() ? STRACE : NONE;
  }

  /** For the report. */
  public String way() {
    return way;
  }

  /** System calls a second of these processes during {@code millis}; empty when not counted. */
  public Optional<Double> perSecond(Collection<Long> pids, int millis) {
    if (pids.isEmpty()) {
      return Optional.empty();
    }
    double seconds = millis / 1e3;
    return switch (this) {
      case PERF -> {
        String list = pids.stream().map(String::valueOf).collect(Collectors.joining(","));
        String timeout = Integer.toString(millis);
        yield Commands.ask("perf", "stat", "-x,", "-e", EVENT, "-p", list, "--timeout", timeout)
            .flatMap(SyscallCounter::perfCount)
            .map(count -> count / seconds);
      }
      case STRACE -> {
        List<String> command = new ArrayList<>(List.of("timeout", "--signal=INT"));
        command.add(String.format(Locale.ROOT, "%.3f", seconds));
        command.addAll(List.of("strace", "-c", "-f", "-q"));
        pids.forEach(pid -> command.addAll(List.of("-p", Long.toString(pid))));
        yield straceCount(Commands.run(command).text()).map(count -> count / seconds);
      }
      case NONE -> Optional.empty();
    };
  }

  /** The count in {@code perf stat -x,}: {@code 865625,,raw_syscalls:sys_enter,301650468,...}. */
  static Optional<Long> perfCount(String text) {
    Matcher line = Pattern.compile("(?m)^(\\d+),[^,]*," + EVENT + ",").matcher(text);
    return line.find() ? Optional.of(Long.valueOf(line.group(1))) : Optional.empty();
  }

  /** The calls in the last line of {@code strace -c}: percent, seconds, usecs a call, calls. */
  static Optional<Long> straceCount(String text) {
    Matcher line =
        Pattern.compile("(?m)^\\s*100\\.00\\s+[\\d.]+\\s+\\d+\\s+(\\d+)\\s.*total\\s*$")
            .matcher(text);
    return line.find() ? Optional.of(Long.valueOf(line.group(1))) : Optional.empty();
  }
}
