package io.sluice.app;

import io.sluice.config.ConfigException;
import io.sluice.config.ConfigReader;
import io.sluice.config.Loaded;
import io.sluice.config.MachineChecks;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice check}: is this file a configuration, and what does it come to? */
@Command(
    name = "check",
    description = "Checks FILE without running it; all problems are shown, not only the first.")
final class CheckCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConfigFile file;
  @Mixin private LoopOptions options;

  @Option(
      names = "--dump",
      description = "Shows every value with the file and line it comes from, defaults included.")
  private boolean dump;

  @Override
  public Integer call() throws ConfigException {
    Loaded loaded = ConfigReader.read(file.path(), options.overrides(), LoopOptions.ORIGIN);
    MachineChecks.check(loaded);
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    loaded.warnings().forEach(warning -> err.println("warning: " + warning));
    if (dump) {
      loaded.effective().forEach(out::println);
    } else {
      out.println(file.path() + ": valid");
    }
    out.flush();
    err.flush();
    return ExitCode.OK;
  }
}
