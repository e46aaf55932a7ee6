package io.sluice.app;

import io.sluice.app.log.Logging;
import io.sluice.app.reload.ConfigSource;
import io.sluice.config.ConfigException;
import io.sluice.config.Loaded;
import io.sluice.config.Problem;
import io.sluice.systemd.ServiceManager;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a configuration file says, until a signal.
 *
 * <p>Invariant: names nothing of the parser of command lines. A unit's command line is three words,
 * and a service that is started by its first connection has no time to learn what all the others
 * could be.
 */
final class Service {
  private Service() {}

  /** Whether {@code args} are {@code run -c FILE} and nothing else, as the units have it. */
  static boolean isPlain(String... args) {
    return args.length == 3
        && args[0].equals("run")
        && args[1].equals("-c")
        && !args[2].isEmpty()
        && !args[2].startsWith("-");
  }

  /** Runs such a command line; failures become words on stderr and an exit code. */
  static int run(String file) {
    PrintWriter err = new PrintWriter(System.err, true, Charset.defaultCharset());
    try {
      return run(Path.of(file), Map.of(), err);
    } catch (Exception e) {
      return Failure.tell(e, err);
    }
  }

  /**
   * The same with values that beat the file's.
   *
   * @param overrides by the full path of the key
   * @return the exit code
   */
  static int run(Path file, Map<String, String> overrides, PrintWriter err)
      throws IOException, ConfigException {
    ConfigSource source = new ConfigSource(file, overrides, LoopOptions.ORIGIN);
    Loaded loaded = load(source);
    Logging.sessions();
    Logger log = LoggerFactory.getLogger(Service.class);
    for (Problem warning : loaded.warnings()) {
      log.warn("{}", warning);
    }
    return new Daemon(source, loaded, err).run();
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
