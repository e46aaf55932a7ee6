package io.sluice.app;

import io.sluice.app.control.Answer;
import io.sluice.app.control.Answer.Verdict;
import io.sluice.app.reload.ConfigSource;
import io.sluice.app.reload.RunningConfig;
import io.sluice.config.ConfigDiff;
import io.sluice.config.ConfigException;
import io.sluice.config.EffectiveConfig;
import io.sluice.config.Loaded;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice reload}: asks the process that runs to read its configuration again. */
@Command(
    name = "reload",
    description = {
      "Makes the process that runs go over to its configuration file as it is now, waits for it,"
          + " and shows what has changed.",
      "",
      "Sessions go on. A configuration with errors changes nothing: they are shown, and the"
          + " process goes on with the former one. SIGHUP does the same without telling."
    })
final class ReloadCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ProcessOptions process;

  @Option(
      names = "--dry-run",
      description = "Shows what FILE, which may be another one, would change; applies nothing.")
  private boolean dryRun;

  @Override
  public Integer call() throws IOException, ConfigException {
    return process.onProcess(dryRun ? this::compare : this::reload);
  }

  private int reload(Path place) throws IOException {
    String request = process.file().map(file -> "reload " + file.toAbsolutePath()).orElse("reload");
    return process.askAndShow(place, request);
  }

  private RunningConfig running(Path place) throws IOException {
    Answer answer = process.ask(place, "config");
    if (answer.verdict() != Verdict.DONE) {
      throw new IOException("the process at " + place + ": " + answer.summary());
    }
    return RunningConfig.of(answer.lines());
  }

  private int compare(Path place) throws IOException, ConfigException {
    RunningConfig running = running(place);
    Path wanted = process.file().or(running::file).orElse(null);
    if (wanted == null) {
      throw new IOException(
          "the process at " + place + " runs without a configuration file: -c FILE is needed");
    }
    Loaded loaded = new ConfigSource(wanted, running.overrides(), LoopOptions.ORIGIN).load();
    loaded.warnings().forEach(warning -> process.complain("warning: " + warning));
    ConfigDiff diff = ConfigDiff.between(running.effective(), EffectiveConfig.of(loaded));
    PrintWriter out = spec.commandLine().getOut();
    diff.lines().forEach(out::println);
    out.println(wanted + ": " + diff.count() + ", nothing applied");
    out.flush();
    return ExitCode.OK;
  }
}
