package io.sluice.app;

import io.sluice.app.log.Logging;
import io.sluice.app.reload.ConfigSource;
import io.sluice.config.ConfigException;
import io.sluice.config.Loaded;
import io.sluice.config.Problem;
import io.sluice.systemd.ServiceManager;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
    ConfigSource source = new ConfigSource(file.path(), options.overrides(), LoopOptions.ORIGIN);
    Loaded loaded = load(source);
    Logging.sessions();
    Logger log = LoggerFactory.getLogger(RunCommand.class);
    for (Problem warning : loaded.warnings()) {
      log.warn("{}", warning);
    }
    return new Daemon(source, loaded, spec.commandLine().getErr()).run();
  }

  private static Loaded load(ConfigSource source) throws ConfigException {
    try {
      return source.load();
    } catch (ConfigException e) {
      // That nobody listens for it is no news here: the problems themselves are what is told.
      ServiceManager.of(System.getenv(), warning -> {}).failed(0, e.getMessage());
      throw e;
    }
  }
}
