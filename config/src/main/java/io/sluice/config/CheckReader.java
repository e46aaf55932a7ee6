package io.sluice.config;

import io.sluice.config.CheckConfig.Header;
import io.sluice.config.CheckConfig.InitialState;
import io.sluice.config.ConfigSection.Text;
import io.sluice.config.ConfigSection.Word;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads {@code check}, {@code agent} and {@code observe} of a server, which inherits them from its
 * backend, or those that backends inherit.
 */
final class CheckReader {

  private static final Duration SHORTEST = Duration.ofMillis(1);
  private static final Duration LONGEST = Duration.ofDays(365);
  private static final int COUNT_MAX = 1000;
  private static final int PORT_MAX = 65535;
  private static final int SPREAD_MAX = 50;

  private static final Word<Duration> UNSET = new Word<>("none", Duration.ZERO);

  private static final Word<Integer> NO_PORT = new Word<>("none", 0);
  private static final Word<String> NO_TEXT = new Word<>("none", "");

  private static final Pattern PERCENT = Pattern.compile("\\d{1,2}%");
  private static final Pattern METHOD = Pattern.compile("[A-Za-z]{1,20}");
  private static final Pattern PATH = Pattern.compile("(/[\\x21-\\x7e]*|\\*)");
  private static final Pattern HOST = Pattern.compile("[\\x21-\\x7e]+");
  private static final Pattern NAME =
      Pattern.compile("(?=.*[A-Za-z])[A-Za-z0-9_-]{1,63}(\\.[A-Za-z0-9_-]{1,63})*");

  /** The words of {@code check.type}. */
  private enum Type {
    NONE,
    TCP,
    SEND_EXPECT,
    HTTP,
    TLS
  }

  private final ConfigSection check;
  private final ConfigSection agent;
  private final ConfigSection observe;
  private final Findings findings;

  private CheckReader(ConfigSection check, ConfigSection agent, ConfigSection observe) {
    this.check = check;
    this.agent = agent;
    this.observe = observe;
    findings = check.findings();
  }

  /**
   * Reads those of a server.
   *
   * @param address its own; null after a problem
   */
  static HealthConfig ofServer(ConfigSection server, ConfigSection backend, Address address) {
    return new CheckReader(
            server.section("check", backend.section("check")),
            server.section("agent", backend.section("agent")),
            server.section("observe", backend.section("observe")))
        .readWhole(address);
  }

  /**
   * What servers of a backend have that set nothing themselves, as its slots do.
   *
   * @param address null where there are no slots: whether the parts fit together does not matter
   */
  static HealthConfig ofSlots(ConfigSection backend, Address.Discovered address) {
    return new CheckReader(
            backend.section("check"), backend.section("agent"), backend.section("observe"))
        .readWhole(address);
  }

  /** Only for its problems: what nothing inherits is not met otherwise. */
  static void readDefaults(ConfigSection section) {
    ofSlots(section, null);
  }

  private HealthConfig readWhole(Address address) {
    int errorsBefore = findings.errorCount();
    HealthConfig health = read();
    if (address != null && findings.errorCount() == errorsBefore) {
      checkWhole(health, address instanceof Address.Unix || address instanceof Address.Abstract);
    }
    return health;
  }

  private HealthConfig read() {
    CheckTarget agentTarget = target(agent);
    boolean agentIsOn = agentTarget.port() > 0 || agentTarget.isUnix();
    return new HealthConfig(
        new CheckConfig(
            kind(),
            check.duration("interval", SHORTEST, LONGEST, null),
            check.duration("fast-interval", SHORTEST, LONGEST, UNSET),
            check.duration("down-interval", SHORTEST, LONGEST, UNSET),
            check.duration("timeout", SHORTEST, LONGEST, UNSET),
            check.integer("rise", 1, COUNT_MAX, null),
            check.integer("fall", 1, COUNT_MAX, null),
            spread(),
            check.choice("initial-state", InitialState.class),
            target(check),
            check.choice("proxy-protocol", Header.class)),
        new AgentConfig(
            agentIsOn,
            agentTarget,
            agent.duration("interval", SHORTEST, LONGEST, null),
            agent.string("send").map(text -> sendWord(text.text())).orElse("")),
        new ObserveConfig(
            observe.choice("mode", ObserveConfig.Mode.class),
            observe.integer("error-limit", 1, Integer.MAX_VALUE, null),
            observe.choice("on-error", ObserveConfig.OnError.class)));
  }

  private static String sendWord(String text) {
    return text.equals(NO_TEXT.text()) ? NO_TEXT.value() : CheckStepParser.bytes(text);
  }

  private int spread() {
    String text =
        check.text("spread", PERCENT, "a share of the interval, 0% to " + SPREAD_MAX + "%", null);
    int percent = text.isEmpty() ? 0 : Integer.parseInt(text.replace("%", ""));
    if (percent > SPREAD_MAX) {
      findings.error(
          check.place("spread"), "must be a share of the interval, 0% to " + SPREAD_MAX + "%");
    }
    return percent;
  }

  /** All kinds are read, so that a bad value is found whichever of them is chosen. */
  private CheckKind kind() {
    Type type = check.choice("type", Type.class);
    List<CheckStep> steps = CheckStepParser.steps(check, "send-expect");
    CheckKind.Http http = http(check.section("http"));
    String serverName = check.text("server-name", NAME, "the name of a host", NO_TEXT);
    return type == null
        ? new CheckKind.None()
        : switch (type) {
          case NONE -> new CheckKind.None();
          case TCP -> new CheckKind.Tcp();
          case SEND_EXPECT -> new CheckKind.SendExpect(steps);
          case HTTP -> http;
          case TLS -> new CheckKind.Tls(serverName);
        };
  }

  private CheckKind.Http http(ConfigSection http) {
    String statuses = http.text("status", StatusSet.FORM, StatusSet.EXPECTED, null);
    StatusSet set = new StatusSet(List.of());
    try {
      set = StatusSet.parse(statuses);
    } catch (IllegalArgumentException e) {
      findings.error(http.place("status"), e.getMessage());
    }
    return new CheckKind.Http(
        http.text("method", METHOD, "a method such as GET", null),
        http.text("path", PATH, "a path such as /health, without spaces", null),
        http.text("host", HOST, "a host as in the Host header", NO_TEXT),
        set);
  }

  private CheckTarget target(ConfigSection section) {
    int port = section.integer("port", 1, PORT_MAX, NO_PORT);
    Optional<Address> address =
        section
            .string("address")
            .filter(text -> !text.text().equals(NO_TEXT.text()))
            .flatMap(this::address);
    return new CheckTarget(address, port);
  }

  private Optional<Address> address(Text text) {
    try {
      return Optional.of(AddressParser.parseHost(text.text()));
    } catch (IllegalArgumentException e) {
      findings.error(text.place(), e.getMessage());
      return Optional.empty();
    }
  }

  private void checkWhole(HealthConfig health, boolean serverIsUnix) {
    boolean checked = health.check().isOn();
    boolean talks = health.check().kind() instanceof CheckKind.SendExpect;
    if (talks && check.objects("send-expect").isEmpty()) {
      findings.error(check.place("type"), "a check of this type needs at least one step");
    }
    if (checked) {
      checkTarget(check, health.check().target(), serverIsUnix);
    }
    if (health.agent().isOn()) {
      checkTarget(agent, health.agent().target(), serverIsUnix);
    } else if (health.agent().target().address().isPresent()) {
      findings.error(agent.place("address"), "an agent needs a port too");
    }
    if (health.observe().mode() != ObserveConfig.Mode.NONE && !checked) {
      findings.error(
          observe.place("mode"),
          "needs a check: without one, a server that is down would stay so for ever");
    }
  }

  /** There must be an address and a port, of the target itself or of the server. */
  private void checkTarget(ConfigSection section, CheckTarget target, boolean serverIsUnix) {
    boolean hasHost = target.address().isPresent() && !target.isUnix();
    if (target.isUnix() && target.port() > 0) {
      findings.error(section.place("port"), "means nothing beside the address of a UNIX socket");
    } else if (serverIsUnix && hasHost && target.port() == 0) {
      findings.error(section.place("address"), "needs a port too: the server's address has none");
    } else if (serverIsUnix && target.address().isEmpty() && target.port() > 0) {
      findings.error(section.place("port"), "needs an address too: the server is a UNIX socket");
    }
  }
}
