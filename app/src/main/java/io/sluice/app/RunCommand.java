package io.sluice.app;

import io.sluice.config.ConfigException;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sluice run}: what a configuration file says, until a signal. */
@Command(
    name = "run",
    description = {
      "Runs the proxy that FILE describes.",
      "",
      "SIGTERM and SIGINT stop accepting and let sessions finish until drain-timeout;"
          + " a second one ends them at once. SIGHUP and sluice reload read FILE again."
          + " SIGUSR1 logs all counters."
    })
final class RunCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConfigFile file;
  @Mixin private LoopOptions options;

  @Override
  public Integer call() throws IOException, ConfigException {
    return Service.run(file.path(), options.overrides(), spec.commandLine().getErr());
  }
}
