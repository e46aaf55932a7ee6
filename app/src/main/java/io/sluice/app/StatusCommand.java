package io.sluice.app;

import io.sluice.config.ConfigException;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sluice status}: asks the process that runs how it is. */
@Command(
    name = "status",
    description = {
      "Shows the frontends, backends, servers and mirrors of the process that runs: sessions, bytes,"
          + " states, and what the last check of each server has found.",
      "",
      "With --counters all that is counted, one line for each scope, key=value, as SIGUSR1 logs it."
    })
final class StatusCommand implements Callable<Integer> {
  @Mixin private ProcessOptions process;

  @Option(names = "--counters", description = "Shows all counters, for programs.")
  private boolean counters;

  @Override
  public Integer call() throws IOException, ConfigException {
    String request = counters ? Operations.COUNTERS : Operations.STATUS;
    return process.onProcess(place -> process.askOwnAndShow(place, request));
  }
}
