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
import java.util.Locale;
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
 *   server BACKEND/SERVER ready                 HAProxy's set server ... state, and what
 *          | maint [close]                      becomes of the sessions that it has
 *          | drain [close | within MS]
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

  /** What becomes of the sessions is asked only of the states that it belongs to. */
  private static final Pattern SERVER_REQUEST =
      Pattern.compile(
          "(?<backend>[^/\\s]+)/(?<server>[^/\\s]+) (?<state>ready|maint|drain)"
              + "(?:(?<=maint|drain)(?<close> close)|(?<=drain) within (?<within>[0-9]{1,9}))?");

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
    Matcher asked = SERVER_REQUEST.matcher(request);
    if (!asked.matches()) {
      return Answer.failed(
          "it takes BACKEND/SERVER ready | maint [close] | drain [close | within MILLISECONDS]: "
              + request);
    }
    try {
      return new Answer(Verdict.DONE, List.of(), told(asked));
    } catch (IllegalArgumentException e) {
      return Answer.failed(e.getMessage());
    }
  }

  private String told(Matcher asked) {
    String backend = asked.group("backend");
    String server = asked.group("server");
    Admin wanted = Admin.valueOf(asked.group("state").toUpperCase(Locale.ROOT));
    String within = asked.group("within");
    ServerState now =
        within == null
            ? proxy.serverControl().set(backend, server, wanted)
            : proxy
                .serverControl()
                .drain(backend, server, Duration.ofMillis(Long.parseLong(within)));
    if (asked.group("close") != null) {
      proxy.serverControl().closeSessions(backend, server);
    }
    return backend + "/" + server + " is " + StatusTables.text(now);
  }
}
