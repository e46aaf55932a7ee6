package io.sluice.app;

import io.sluice.app.control.Answer;
import io.sluice.app.control.Answer.Verdict;
import io.sluice.app.control.Control.Command;
import io.sluice.app.service.StatusLine;
import io.sluice.backend.ServerState;
import io.sluice.backend.ServerState.Admin;
import io.sluice.proxy.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the process answers an operator who asks over the control socket, besides reloads:
 *
 * <pre>
 *   runs FILE                                   done where that is the process's configuration
 *   status                                      tables for people
 *   counters                                    all that is counted: key=value
 *   server BACKEND/SERVER ready|drain|maint     HAProxy's set server ... state,
 *          [within MS | close]                  and what becomes of the sessions that it has
 * </pre>
 *
 * <p>Answers are made on a thread of their own: numbers of a loop are asked of the loop, which may
 * be busy.
 */
final class Operations {
  static final String RUNS = "runs";
  static final String STATUS = "status";
  static final String COUNTERS = "counters";
  static final String SERVER = "server";

  private static final String SERVER_REQUEST =
      "([^/\\s]+)/([^/\\s]+) (ready|drain|maint)( close| within ([0-9]{1,9}))?";

  private final Proxy proxy;
  private final Supplier<String> way;

  /**
   * For a proxy that runs.
   *
   * @param way how it moves bytes, in words
   */
  Operations(Proxy proxy, Supplier<String> way) {
    this.proxy = proxy;
    this.way = way;
  }

  /** The commands by their words. */
  Map<String, Command> commands() {
    return Map.of(
        STATUS,
        nothing -> answered(this::status),
        COUNTERS,
        nothing -> answered(this::counters),
        SERVER,
        request -> answered(() -> server(request)));
  }

  /** Nothing more to be said. */
  static CompletableFuture<Answer> done(String summary) {
    return CompletableFuture.completedFuture(new Answer(Verdict.DONE, List.of(), summary));
  }

  private static CompletableFuture<Answer> answered(Supplier<Answer> made) {
    return CompletableFuture.supplyAsync(made);
  }

  private Answer status() {
    List<String> lines = StatusTables.of(proxy.overview(), proxy.snapshot());
    ProcessHandle process = ProcessHandle.current();
    String since = process.info().startInstant().map(began -> ", up " + time(began)).orElse("");
    String present = StatusLine.present(proxy.sessions(), proxy.serversUp(), proxy.servers());
    return new Answer(
        Verdict.DONE,
        lines,
        "sluice "
            + Version.text()
            + ", process "
            + process.pid()
            + since
            + ": "
            + present
            + " "
            + way.get());
  }

  /** {@code 3 d 4 h}, {@code 4 h 12 min}, {@code 12 min 5 s}. */
  private static String time(Instant began) {
    Duration up = Duration.between(began, Instant.now());
    if (up.toDays() > 0) {
      return up.toDays() + " d " + up.toHoursPart() + " h";
    }
    return up.toHours() > 0
        ? up.toHours() + " h " + up.toMinutesPart() + " min"
        : up.toMinutes() + " min " + up.toSecondsPart() + " s";
  }

  private Answer counters() {
    List<String> lines = CounterLines.of(proxy.snapshot());
    return new Answer(
        Verdict.DONE, lines.subList(0, lines.size() - 1), lines.get(lines.size() - 1));
  }

  private Answer server(String request) {
    Matcher asked = Pattern.compile(SERVER_REQUEST).matcher(request);
    if (!asked.matches()) {
      return Answer.failed(
          "it takes BACKEND/SERVER ready|drain|maint [within MILLISECONDS | close]: " + request);
    }
    try {
      return new Answer(Verdict.DONE, List.of(), told(asked));
    } catch (IllegalArgumentException e) {
      return Answer.failed(e.getMessage());
    }
  }

  private String told(Matcher asked) {
    String backend = asked.group(1);
    String server = asked.group(2);
    Admin wanted =
        switch (asked.group(3)) {
          case "ready" -> Admin.READY;
          case "drain" -> Admin.DRAIN;
          default -> Admin.MAINT;
        };
    ServerState now;
    if (asked.group(5) != null && wanted == Admin.DRAIN) {
      Duration within = Duration.ofMillis(Long.parseLong(asked.group(5)));
      now = proxy.serverControl().drain(backend, server, within);
    } else {
      now = proxy.serverControl().set(backend, server, wanted);
    }
    if (" close".equals(asked.group(4))) {
      proxy.serverControl().closeSessions(backend, server);
    }
    return backend + "/" + server + " is " + StatusTables.text(now);
  }
}
