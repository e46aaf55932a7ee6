package io.sluice.app;

import io.sluice.config.ConfigException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice server}: takes a server of the process that runs out of use, or into it again. */
@Command(
    name = "server",
    description = {
      "Takes a server of the process that runs out of use, or into use again, until it is said"
          + " otherwise or the process ends. Reloads do not change it.",
      "",
      "drain: no new sessions; checks go on. maint: the same, it"
          + " counts as down, and is not checked. ready: as before.",
      "",
      "Sessions that it has go on, unless --within or --close-sessions is given. What --within has"
          + " begun ready does not take back."
    })
final class ServerCommand implements Callable<Integer> {
  private static final Duration WITHIN_MAX = Duration.ofDays(1);

  @Spec private CommandSpec spec;
  @Mixin private ProcessOptions process;

  /** HAProxy: {@code set server ... state}, management guide, section 9.3. */
  private enum Wanted {
    ready,
    drain,
    maint
  }

  @Parameters(
      index = "0",
      paramLabel = "BACKEND/SERVER",
      description = "The server, as sluice status names it.")
  private String server;

  @Parameters(index = "1", paramLabel = "STATE", description = "${COMPLETION-CANDIDATES}.")
  private Wanted wanted;

  @Option(
      names = "--within",
      paramLabel = "TIME",
      converter = ReplayCommand.TimeText.class,
      description =
          "With drain: sessions that it has now and that have not ended by half of TIME are closed,"
              + " one after the other, until TIME is over; at most 1440m.")
  private Duration within;

  @Option(
      names = "--close-sessions",
      description = "With drain and maint: closes the sessions that it has, at once.")
  private boolean closes;

  @Override
  public Integer call() throws IOException, ConfigException {
    if (within != null && (wanted != Wanted.drain || closes)) {
      throw wrong("--within belongs to drain, without --close-sessions");
    }
    if (within != null && within.compareTo(WITHIN_MAX) > 0) {
      throw wrong("--within is at most 1440m");
    }
    if (closes && wanted == Wanted.ready) {
      throw wrong("--close-sessions belongs to drain and maint");
    }
    if (!server.matches("[^/\\s]+/[^/\\s]+")) {
      throw wrong("BACKEND/SERVER is two names with a slash between them: '" + server + "'");
    }
    String request = Operations.SERVER + " " + server + " " + wanted;
    String how = closes ? " close" : within == null ? "" : " within " + within.toMillis();
    return process.onProcess(place -> process.askOwnAndShow(place, request + how));
  }

  private ParameterException wrong(String why) {
    return new ParameterException(spec.commandLine(), why);
  }
}
