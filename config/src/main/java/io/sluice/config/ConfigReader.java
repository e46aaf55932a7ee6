package io.sluice.config;

import io.sluice.config.ConfigSection.Text;
import io.sluice.config.ConfigSection.Word;
import io.sluice.config.SluiceConfig.TransportChoice;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Reads a configuration: HOCON to records.
 *
 * <p>A configuration is accepted as a whole or refused as a whole, with all its problems. The
 * meaning of every key, and every default, stands in {@code reference.conf}.
 */
public final class ConfigReader {

  /** Long enough to be for ever, short enough for nanoseconds in a long. */
  private static final Duration LONGEST = Duration.ofDays(365);

  private static final Duration SHORTEST = Duration.ofMillis(1);
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final int THREADS_MAX = 1024;

  /** MAX_TCP_KEEPIDLE, MAX_TCP_KEEPINTVL and MAX_TCP_KEEPCNT of the kernel. */
  private static final Duration KEEPALIVE_MAX = Duration.ofSeconds(32767);

  private static final int KEEPALIVE_COUNT_MAX = 127;

  /** TCP_USER_TIMEOUT is an int of milliseconds. */
  private static final Duration USER_TIMEOUT_MAX = Duration.ofDays(24);

  /** The kernel turns TCP_DEFER_ACCEPT into retransmissions, which end after minutes. */
  private static final Duration DEFER_ACCEPT_MAX = Duration.ofHours(1);

  /** SO_RCVBUF is rounded up below a page and doubled within an int: socket(7). */
  private static final int SOCKET_BUFFER_MIN = 4096;

  private static final int SOCKET_BUFFER_MAX = 1 << 30;

  /** Older kernels keep a backlog in 16 bits; net.core.somaxconn caps it anyway. */
  private static final int BACKLOG_MAX = 65535;

  private static final Word<Duration> NEVER = new Word<>("none", Duration.ZERO);
  private static final Word<Duration> LONGEST_WAIT = new Word<>("none", LONGEST);
  private static final Word<Duration> AUTO_DURATION = new Word<>("auto", Duration.ZERO);
  private static final Word<Duration> OFF_DURATION = new Word<>("off", Duration.ZERO);
  private static final Word<Integer> AUTO = new Word<>("auto", 0);
  private static final Word<Integer> OFF = new Word<>("off", 0);
  private static final Word<String> AUTO_NAME = new Word<>("auto", "");

  private static final Pattern ANY = Pattern.compile("(?s).*");

  /** TCP_CA_NAME_MAX is 16 with the closing zero. */
  private static final Pattern ALGORITHM = Pattern.compile("[a-z0-9_-]{1,15}");

  /** Without the bits of set-id and of directories. */
  private static final Pattern MODE = Pattern.compile("0?[0-7]{3}");

  private static final Pattern ACCOUNT = Pattern.compile("[A-Za-z0-9_.][A-Za-z0-9_.@$-]{0,255}");

  private final ConfigSection sluice;
  private final Findings findings;
  private final List<WholeChecks.Bind> binds = new ArrayList<>();
  private final AddressListReader lists = new AddressListReader();
  private final AdmissionReader admissions = new AdmissionReader(lists);
  private final GreetingReader greetings = new GreetingReader(lists);
  private final List<MirrorChecks.Use> mirrorUses = new ArrayList<>();
  private Map<String, MirrorConfig> mirrors;

  private ConfigReader(ConfigSection root, Findings findings) {
    this.sluice = root.section("sluice");
    this.findings = findings;
  }

  /**
   * Reads a file and what it includes.
   *
   * @throws ConfigException with every problem, also when the file is missing or unreadable
   */
  public static Loaded read(Path file) throws ConfigException {
    return read(file, Map.of(), "");
  }

  /**
   * Reads a file with values that beat it.
   *
   * @param overrides full path to value, such as {@code sluice.threads} to 4; texts are converted
   *     as those of the file are
   * @param overridesOrigin where the overrides come from, for messages: {@code command line}
   * @throws ConfigException with every problem, also when the file is missing or unreadable
   */
  public static Loaded read(Path file, Map<String, ?> overrides, String overridesOrigin)
      throws ConfigException {
    return read(ConfigLoader.file(file), file.toString(), overrides, overridesOrigin);
  }

  /**
   * Reads a text.
   *
   * @param originDescription takes the place of the file's name in messages
   * @throws ConfigException with every problem
   */
  public static Loaded parse(String originDescription, String hocon) throws ConfigException {
    return parse(originDescription, hocon, Map.of(), "");
  }

  /**
   * Reads a text with values that beat it, which are as those of {@link #read(Path, Map, String)}.
   *
   * @throws ConfigException with every problem
   */
  public static Loaded parse(
      String originDescription, String hocon, Map<String, ?> overrides, String overridesOrigin)
      throws ConfigException {
    ConfigLoader loader = ConfigLoader.text(originDescription, hocon);
    return read(loader, originDescription, overrides, overridesOrigin);
  }

  private static Loaded read(
      ConfigLoader loader, String source, Map<String, ?> overrides, String overridesOrigin)
      throws ConfigException {
    var findings = new Findings(source);
    ConfigSection root = loader.load(overrides, overridesOrigin, findings);
    var reader = new ConfigReader(root, findings);
    SluiceConfig config = reader.sluice();
    findings.throwIfAny();
    return new Loaded(config, findings.warnings(), root.settings(), reader.lists.files());
  }

  private SluiceConfig sluice() {
    int threads = sluice.integer("threads", 1, THREADS_MAX, AUTO);
    TransportChoice transport = sluice.choice("transport", TransportChoice.class);
    int maxConnections = maxConnections(sluice);
    Duration drain = sluice.duration("drain-timeout", Duration.ZERO, LONGEST, LONGEST_WAIT);
    Duration exitIdle = sluice.duration("exit-idle-time", SECOND, LONGEST, NEVER);
    ControlSocketConfig controlSocket = ControlSocketConfig.read(sluice);
    // Read here too, so that a bad value is found even where nothing inherits it.
    BackendReader.readDefaults(sluice);
    ConfigSection timeouts = sluice.section("timeouts");
    for (String key :
        List.of("connect", "queue", "client", "server", "tunnel", "client-fin", "server-fin")) {
      timeout(timeouts, key);
    }
    int connectionRate = admissions.read(sluice).connectionRate();
    greetings.read(sluice);
    SessionReader.read(sluice);
    tcp(sluice.section("tcp"));
    BandwidthConfig.read(sluice.section("bandwidth"));
    SourceReader.read(sluice.section("source"));
    listen(sluice.section("listen"));
    PumpConfig pump = PumpReader.read(sluice.section("pump"));
    ConfigSection mirrorDefaults = sluice.section("mirror-defaults");
    MirrorReader.readDefaults(mirrorDefaults);
    List<ConfigSection> mirrorSections = sluice.section("mirrors").named(mirrorDefaults, "to");
    mirrors = byName(mirrorSections, MirrorReader::read);
    List<Text> inherited = mirrorNames(sluice);
    List<ConfigSection> frontends = sluice.section("frontends").named(sluice, null);
    List<ConfigSection> backends = sluice.section("backends").named(sluice, null);
    var config =
        new SluiceConfig(
            threads,
            transport,
            maxConnections,
            connectionRate,
            drain,
            exitIdle,
            controlSocket,
            pump,
            mirrors,
            byName(frontends, this::frontend),
            byName(backends, this::backend));
    greetings.checkTargets(config.backends().keySet(), findings);
    new WholeChecks(config, sluice).run(frontends, backends, binds);
    new MirrorChecks(config, findings, binds).run(mirrorSections, inherited, mirrorUses);
    return config;
  }

  private static <T> Map<String, T> byName(
      List<ConfigSection> sections, Function<ConfigSection, T> read) {
    Map<String, T> all = new LinkedHashMap<>();
    sections.forEach(section -> all.put(section.name(), read.apply(section)));
    return all;
  }

  private FrontendConfig frontend(ConfigSection section) {
    List<Text> texts = section.strings("bind");
    String backend = section.text("backend", ANY, "the name of a backend", null);
    List<MirrorConfig> mirrored = mirrored(section);
    int maxConnections = maxConnections(section);
    ConfigSection timeouts = section.section("timeouts");
    Duration client = timeout(timeouts, "client");
    Duration clientFin = timeout(timeouts, "client-fin");
    TcpOptions tcp = tcp(section.section("tcp"));
    ListenOptions listen = listen(section.section("listen"));
    List<Address> addresses = new ArrayList<>();
    for (Text text : texts) {
      Address address = address(text, AddressParser::parseBind);
      if (address != null) {
        addresses.add(address);
        binds.add(new WholeChecks.Bind(section.name(), address, listen.v6only(), text.place()));
      }
    }
    return new FrontendConfig(
        section.name(),
        addresses,
        backend,
        mirrored,
        maxConnections,
        client,
        clientFin,
        admissions.read(section),
        greetings.read(section),
        BandwidthConfig.read(section.section("bandwidth")),
        listen,
        tcp);
  }

  /** The mirrors of a frontend that there are; the others are found by {@link MirrorChecks}. */
  private List<MirrorConfig> mirrored(ConfigSection frontend) {
    List<MirrorConfig> found = new ArrayList<>();
    for (Text name : mirrorNames(frontend)) {
      mirrorUses.add(new MirrorChecks.Use(frontend.name(), name));
      if (mirrors.containsKey(name.text())) {
        found.add(mirrors.get(name.text()));
      }
    }
    return found;
  }

  private static List<Text> mirrorNames(ConfigSection section) {
    List<Text> names = section.strings("mirror");
    boolean none = names.size() == 1 && names.get(0).text().equals(MirrorChecks.NONE);
    return none ? List.of() : names;
  }

  private BackendConfig backend(ConfigSection section) {
    ConfigSection timeouts = section.section("timeouts");
    Duration connect = timeout(timeouts, "connect");
    DiscoverConfig discover = DiscoverReader.ofBackend(section);
    return new BackendConfig(
        section.name(),
        BalanceReader.read(section),
        BackendReader.servers(section, discover, tcp(section.section("tcp"))),
        discover,
        BackendReader.fullConnections(section),
        BackendReader.retry(section),
        SessionReader.read(section),
        connect,
        timeout(timeouts, "server"),
        timeout(timeouts, "server-fin"),
        timeout(timeouts, "tunnel"),
        BackendReader.queueTimeout(timeouts, connect));
  }

  /** The address, or null after a problem. */
  private Address address(Text text, Function<String, Address> parser) {
    try {
      return parser.apply(text.text());
    } catch (IllegalArgumentException e) {
      findings.error(text.place(), e.getMessage());
      return null;
    }
  }

  private static int maxConnections(ConfigSection section) {
    return section.integer("max-connections", 1, Integer.MAX_VALUE, null);
  }

  private static Duration timeout(ConfigSection timeouts, String key) {
    return timeouts.duration(key, SHORTEST, LONGEST, NEVER);
  }

  private static TcpOptions tcp(ConfigSection tcp) {
    return new TcpOptions(
        tcp.bool("nodelay"),
        tcp.bool("keep-alive"),
        tcp.duration("keep-alive-idle", SECOND, KEEPALIVE_MAX, AUTO_DURATION),
        tcp.duration("keep-alive-interval", SECOND, KEEPALIVE_MAX, AUTO_DURATION),
        tcp.integer("keep-alive-count", 1, KEEPALIVE_COUNT_MAX, AUTO),
        tcp.duration("user-timeout", SHORTEST, USER_TIMEOUT_MAX, NEVER),
        tcp.bytes("receive-buffer", SOCKET_BUFFER_MIN, SOCKET_BUFFER_MAX, AUTO),
        tcp.bytes("send-buffer", SOCKET_BUFFER_MIN, SOCKET_BUFFER_MAX, AUTO),
        tcp.text("congestion-control", ALGORITHM, "the name of an algorithm", AUTO_NAME));
  }

  private static ListenOptions listen(ConfigSection listen) {
    return new ListenOptions(
        listen.integer("backlog", 1, BACKLOG_MAX, null),
        listen.duration("defer-accept", SECOND, DEFER_ACCEPT_MAX, OFF_DURATION),
        listen.integer("fast-open", 1, BACKLOG_MAX, OFF),
        listen.bool("v6only"),
        unixFile(listen));
  }

  private static UnixFile unixFile(ConfigSection listen) {
    String mode = listen.text("unix-mode", MODE, "an octal number such as 0660", AUTO_NAME);
    return new UnixFile(
        mode.isEmpty() ? UnixFile.AS_BOUND.mode() : Integer.parseInt(mode, 8),
        listen.text("unix-owner", ACCOUNT, "the name or number of a user", AUTO_NAME),
        listen.text("unix-group", ACCOUNT, "the name or number of a group", AUTO_NAME));
  }
}
