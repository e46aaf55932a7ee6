package io.sluice.health;

import io.sluice.backend.Health;
import io.sluice.backend.Server;
import io.sluice.backend.ServerListener;
import io.sluice.backend.ServerObserver;
import io.sluice.backend.ServerState;
import io.sluice.config.CheckConfig;
import io.sluice.config.CheckConfig.InitialState;
import io.sluice.config.ObserveConfig;
import io.sluice.config.ProxyVersion;
import io.sluice.health.CheckStatus.Outcome;
import io.sluice.loop.EventLoop;
import io.sluice.stats.Counter;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The health of one server: its check, its agent, and what its sessions meet, made into one state.
 *
 * <p>As in HAProxy a server goes down when its check has failed often enough or its agent says so,
 * and comes up when neither has an objection. An agent that cannot be reached has none.
 *
 * <p>Everything happens on the loop's thread; {@link #check} and {@link #agent} are for any.
 */
public final class ServerHealth implements ServerListener {
  private static final Logger LOG = LoggerFactory.getLogger(ServerHealth.class);

  /** HAProxy's DEF_AGENT_RISETIME and DEF_AGENT_FALLTIME: an agent is believed at once. */
  private static final int AGENT_STEPS = 1;

  private final EventLoop loop;
  private final Server server;
  private final RandomGenerator random;
  private final Part check;
  private final Part agent;
  private final ObserveConfig.OnError onError;
  private boolean up;
  private boolean ended;
  private volatile CheckReport checkReport;
  private volatile CheckReport agentReport;

  ServerHealth(EventLoop loop, ServerTerms terms, Dialogues dialogues, RandomGenerator random) {
    this.loop = loop;
    this.random = random;
    server = terms.server();
    onError = terms.config().observe().onError();
    check = terms.config().check().isOn() ? checkOf(terms, dialogues) : null;
    agent = terms.config().agent().isOn() ? agentOf(terms) : null;
    goOnFrom(server.state().health());
    up = (check == null || check.counted.isUp()) && (agent == null || agent.counted.isUp());
    publish("");
    server.addListener(this);
    if (terms.config().observe().mode() == ObserveConfig.Mode.CONNECT) {
      server.setObserver(new Observation(terms.config().observe().errorLimit(), this));
    }
  }

  /** Goes on from what was found of the server before, if anything was. */
  private void goOnFrom(Health found) {
    if (!found.isChecked()) {
      return;
    }
    boolean bad = !found.isUp();
    if (agent != null) {
      agent.counted.set(!(bad && found.byAgent()));
    }
    if (check != null) {
      check.counted.set(!bad || (found.byAgent() && agent != null));
    }
  }

  private Part checkOf(ServerTerms terms, Dialogues dialogues) {
    CheckConfig config = terms.config().check();
    CheckAddress address = new CheckAddress(server, terms.checkHost(), config.target().port());
    ProxyVersion inherited = address.isOwn() ? terms.sessionHeader() : ProxyVersion.NONE;
    long intervalNs = config.interval().toNanos();
    long answerNs = config.timeout().toNanos();
    boolean shorter =
        answerNs > 0
            && !terms.connectTimeout().isZero()
            && terms.connectTimeout().toNanos() < intervalNs;
    return new Part(
        new RiseFall(config.rise(), config.fall(), config.initialState()),
        new Schedule(
            intervalNs,
            config.fastInterval().toNanos(),
            config.downInterval().toNanos(),
            config.spreadPercent()),
        new CheckTerms(
            address,
            terms.tcp(),
            config.proxyProtocol().or(inherited),
            shorter ? terms.connectTimeout().toNanos() : intervalNs,
            answerNs,
            dialogues.of(config.kind(), address)));
  }

  private Part agentOf(ServerTerms terms) {
    long intervalNs = terms.config().agent().interval().toNanos();
    CheckAddress address =
        new CheckAddress(server, terms.agentHost(), terms.config().agent().target().port());
    String send = terms.config().agent().send();
    return new Part(
        new RiseFall(AGENT_STEPS, AGENT_STEPS, InitialState.UP),
        new Schedule(intervalNs, 0, 0, terms.config().check().spreadPercent()),
        new CheckTerms(
            address,
            terms.tcp(),
            ProxyVersion.NONE,
            intervalNs,
            0,
            wake -> new AgentCheck(send, this::onAgentLine)));
  }

  /** The server that it is about. */
  public Server server() {
    return server;
  }

  /** Where its check stands, if it has one. Any thread. */
  public Optional<CheckReport> check() {
    return Optional.ofNullable(checkReport);
  }

  /** Where its agent stands, if it has one. Any thread. */
  public Optional<CheckReport> agent() {
    return Optional.ofNullable(agentReport);
  }

  EventLoop loop() {
    return loop;
  }

  /** How many checks it has to start. */
  int size() {
    return (check == null ? 0 : 1) + (agent == null ? 0 : 1);
  }

  /** Starts what there is, as numbers {@code place} and the next one of {@code count}. */
  void start(int place, int count) {
    int next = place;
    if (check != null) {
      check.cycle.start(check.schedule.firstNs(next++, count));
    }
    if (agent != null) {
      agent.cycle.start(agent.schedule.firstNs(next, count));
    }
  }

  /** Lets go of the server, which stays as it was found. */
  void end() {
    ended = true;
    server.removeListener(this);
    server.setObserver(ServerObserver.NONE);
    if (check != null) {
      check.cycle.stop();
    }
    if (agent != null) {
      agent.cycle.stop();
    }
  }

  /**
   * Maintenance is over: up until the next check, which is now. Where another address takes the
   * place of one, what was asked of the old one does not count for it.
   */
  @Override
  public void onStateChanged(Server which, ServerState before, ServerState after, String why) {
    if (before.resolved() && !after.resolved()) {
      loop.execute(() -> parts().forEach(part -> part.cycle.interrupt()));
    }
    if (isPausing(before) && !isPausing(after)) {
      loop.execute(() -> resume(why, !before.resolved()));
    }
  }

  private void resume(String why, boolean elsewhere) {
    if (ended) {
      return;
    }
    if (agent != null && elsewhere) {
      agent.counted.reset();
      agent.cycle.hasten(0);
    }
    if (check != null) {
      check.counted.reset();
      check.cycle.hasten(0);
    }
    up = parts().allMatch(part -> part.counted.isUp());
    publish(why);
  }

  private Stream<Part> parts() {
    return Stream.of(check, agent).filter(Objects::nonNull);
  }

  private static boolean isPausing(ServerState state) {
    return state.admin() == ServerState.Admin.MAINT || !state.resolved();
  }

  /** So many connections in a row have failed. Any thread. */
  void onErrors(int count) {
    String info =
        "Detected " + count + " consecutive errors, last one was: L4 unsuccessful connection";
    loop.execute(() -> onErrors(new CheckResult(CheckStatus.HANA, 0, info, -1)));
  }

  private void onErrors(CheckResult result) {
    if (ended) {
      return; // Nobody would ever find that the server is well.
    }
    switch (onError) {
      case FAST_INTERVAL -> {
        // Nothing but what all of them do.
      }
      case SUDDEN_DEATH -> {
        check.counted.suddenDeath();
        check.onResult(result);
      }
      case FAIL_CHECK -> check.onResult(result);
      case MARK_DOWN -> {
        check.counted.markDown();
        check.onResult(result);
      }
    }
    if (check.schedule.fastNs() > 0) {
      check.cycle.hasten(check.schedule.fastNs());
    }
  }

  private void onAgentLine(AgentLine line) {
    String why = "via agent";
    if (line.admin() != null) {
      server.setAdmin(line.admin(), why);
    }
    if (line.weight() >= 0) {
      int weight = line.weightOf(server.config().weight());
      if (weight != server.weight()) {
        server.setWeight(weight);
      }
    }
    if (line.maxConnections() >= 0) {
      server.setMaxConnections(line.maxConnections());
    }
  }

  private void onFailed(Part part, CheckResult result) {
    boolean matters = part != agent || result.status().hasCode();
    if (!matters) {
      return;
    }
    boolean moved = part.counted.fail();
    if (moved) {
      count(Counter.CHECK_FAILURES);
      log("failed", part, result);
    }
    if (part.counted.isFullyDown()) {
      if (up) {
        count(Counter.SERVER_DOWNS);
      }
      up = false;
    }
  }

  private void onPassed(Part part, CheckResult result) {
    if (part.counted.pass()) {
      log("succeeded", part, result);
    }
    boolean checkAgrees = check == null || check.counted.isUp();
    boolean agentAgrees = agent == null || agent.counted.isUp();
    up |= checkAgrees && agentAgrees;
  }

  private void log(String how, Part part, CheckResult result) {
    LOG.debug(
        "{} check for server {}/{} {}, reason: {}, status: {}/{} {}.",
        part == agent ? "Agent" : "Health",
        server.backend().name(),
        server.name(),
        how,
        result.words(),
        part.counted.steps(),
        part.counted.of(),
        part.counted.isUp() ? "UP" : "DOWN");
  }

  private void count(Counter counter) {
    server.counters().add(loop.index(), counter, 1);
    server.backend().counters().add(loop.index(), counter, 1);
  }

  /** Tells the server what all of it comes to. */
  private void publish(String why) {
    Health health;
    boolean byAgent = agent != null && (up || !agent.counted.isUp());
    if (up) {
      health =
          check == null
              ? Health.UNCHECKED
              : Health.up(check.counted.isUp() ? check.counted.steps() : 1, check.counted.fall());
    } else if (check == null || byAgent) {
      health = Health.down(0, AGENT_STEPS);
    } else {
      // A check that has passed while the agent had something against it counts as all but up.
      RiseFall counted = check.counted;
      health = Health.down(Math.min(counted.value(), counted.rise()), counted.rise());
    }
    server.setHealth(byAgent ? health.fromAgent() : health, why);
    checkReport = check == null ? null : check.report();
    agentReport = agent == null ? null : agent.report();
  }

  /** A check or an agent with its count. */
  private final class Part implements CheckCycle.Owner {
    private final RiseFall counted;
    private final Schedule schedule;
    private final CheckCycle cycle;
    private CheckResult last = CheckResult.NONE;

    Part(RiseFall counted, Schedule schedule, CheckTerms terms) {
      this.counted = counted;
      this.schedule = schedule;
      cycle = new CheckCycle(loop, terms, this);
    }

    CheckReport report() {
      return new CheckReport(
          cycle.isRunning(), last, counted.value(), counted.rise(), counted.fall());
    }

    /** An agent is heard in maintenance too: only it can end what it began. */
    @Override
    public boolean isPaused() {
      return this == check ? isPausing(server.state()) : !server.state().resolved();
    }

    @Override
    public void onBegun() {
      count(Counter.CHECKS);
      if (this == check) {
        checkReport = report();
      } else {
        agentReport = report();
      }
    }

    @Override
    public void onResult(CheckResult result) {
      last = result;
      Outcome outcome = result.status().outcome();
      if (outcome == Outcome.FAILED) {
        onFailed(this, result);
      } else if (outcome == Outcome.PASSED) {
        onPassed(this, result);
      }
      publish(result.words());
    }

    @Override
    public long delayNs() {
      return schedule.delayNs(counted, up, random);
    }
  }
}
