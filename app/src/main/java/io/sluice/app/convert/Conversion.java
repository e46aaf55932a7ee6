package io.sluice.app.convert;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A {@code haproxy.cfg} in our words.
 *
 * <p>Invariant: every line of the file is either carried over or in {@link #leftOut}, and the
 * result has no reference to something that was left out. What HAProxy inherits from its defaults
 * sections is written into each frontend and backend: there may be several such sections, and a
 * frontend's maxconn is not the process'.
 */
public final class Conversion {
  /** Lines that ask for what is always so, or for logs that are always written. */
  private static final Set<String> GRANTED = Set.of("log", "description", "id", "enabled", "guid");

  private static final Set<String> GRANTED_OPTIONS =
      Set.of(
          "tcplog",
          "abortonclose",
          "log-health-checks",
          "splice-auto",
          "splice-request",
          "splice-response",
          "tcp-smart-accept",
          "tcp-smart-connect");

  private static final Set<String> HTTP_ONLY =
      Set.of(
          "option httplog",
          "option forwardfor",
          "option http-server-close",
          "option http-keep-alive",
          "timeout http-request",
          "timeout http-keep-alive",
          "errorfile");

  private static final String NO_KEY = "there is no key for it";
  private static final String ALWAYS_LOGGED = "every session is logged at its end, as by tcplog";

  private final String file;
  private final Account account = new Account();
  private final Block sluice = new Block();
  private final List<Section> sections;
  private final Map<String, FrontendRules> frontends = new LinkedHashMap<>();
  private final Map<String, BackendRules> backends = new LinkedHashMap<>();
  private final Map<String, ResolverRules> resolvers = new LinkedHashMap<>();

  private Conversion(String file, String text) {
    this.file = file;
    sections = Section.parse(text);
  }

  /**
   * Converts a whole file.
   *
   * @param file its name, for the account of what was left out
   */
  public static Conversion of(String file, String text) {
    Conversion conversion = new Conversion(file, text);
    conversion.run();
    return conversion;
  }

  /** The configuration, in HOCON. */
  public String configuration() {
    StringBuilder out = new StringBuilder(1024);
    out.append("# Converted from ").append(file).append(". What could not be carried over:\n");
    List<String> left = leftOut();
    left.forEach(line -> out.append("#   ").append(line).append('\n'));
    if (left.isEmpty()) {
      out.append("#   nothing\n");
    }
    out.append("sluice {\n");
    sluice.print(out, 1);
    return out.append("}\n").toString();
  }

  /** The lines that were left out, wholly or in part, each with the reason. */
  public List<String> leftOut() {
    return account.leftOut(file);
  }

  /** True if there is anything that a client could connect to. */
  public boolean isUsable() {
    return sluice.has("frontends");
  }

  private void run() {
    Map<String, Section> named = new LinkedHashMap<>();
    Section latest = null;
    for (Section section : sections) {
      if (section.kind().equals("resolvers")) { // Backends before it may use it.
        resolvers.put(section.name(), new ResolverRules(account, section));
      }
    }
    for (Section section : sections) {
      switch (section.kind()) {
        case "global" -> global(section);
        case "defaults" -> {
          latest = section;
          named.put(section.name(), section);
          section.lines().forEach(line -> account.left(line, reason(line)));
        }
        case "frontend", "backend", "listen" ->
            proxy(section, section.from().isEmpty() ? latest : named.get(section.from()));
        case "resolvers" -> {
          // Carried over with the backends that use it.
        }
        default -> leaveAll(section, "there is nothing like a section " + section.kind());
      }
    }
    settle();
    resolvers.values().forEach(ResolverRules::finish);
  }

  private void global(Section section) {
    GlobalRules rules = new GlobalRules(sluice);
    for (Line line : section.lines()) {
      if (line.defect() != null) {
        account.left(line, line.defect());
      } else if (rules.carry(line)) {
        account.carried(line);
      } else {
        account.left(line, GlobalRules.reason(line));
      }
    }
  }

  private void proxy(Section section, Section defaults) {
    List<Line> lines = new ArrayList<>(defaults == null ? List.of() : defaults.lines());
    lines.addAll(section.lines());
    String mode = "tcp";
    for (Line line : lines) {
      if (line.word(0).equals("mode")) {
        mode = line.word(1);
      }
    }
    if (!mode.equals("tcp")) {
      leaveAll(section, "mode " + mode + ": bytes are forwarded, not understood");
      return;
    }
    if (section.lines().stream().anyMatch(line -> line.word(0).equals("disabled"))) {
      leaveAll(section, "it is disabled");
      return;
    }
    FrontendRules front = section.kind().equals("backend") ? null : new FrontendRules(account);
    BackendRules back =
        section.kind().equals("frontend") ? null : new BackendRules(account, resolvers);
    for (Line line : lines) {
      carry(line, front, back);
    }
    if (front != null) {
      frontends.put(section.name(), front);
    }
    if (back != null) {
      backends.put(section.name(), back);
    }
  }

  private void carry(Line line, FrontendRules front, BackendRules back) {
    if (line.defect() != null) {
      account.left(line, line.defect());
      return;
    }
    boolean carried = isGranted(line);
    // Both are asked: in a listen, tcpka and the like belong to both sides.
    carried |= front != null && front.carry(line);
    carried |= back != null && back.carry(line);
    if (carried) {
      account.carried(line);
    } else {
      account.left(line, reason(line));
    }
  }

  private static boolean isGranted(Line line) {
    return GRANTED.contains(line.word(0))
        || (line.word(0).equals("mode") && line.word(1).equals("tcp"))
        || (line.word(0).equals("option") && GRANTED_OPTIONS.contains(line.word(1)));
  }

  private static String reason(Line line) {
    String two = line.word(0) + " " + line.word(1);
    if (HTTP_ONLY.contains(two) || HTTP_ONLY.contains(line.word(0))) {
      return "HTTP is not understood";
    }
    if (line.word(0).startsWith("http-") || line.word(0).startsWith("stats")) {
      return "HTTP is not understood";
    }
    return switch (line.word(0)) {
      case "log-format", "log-format-sd", "log-tag", "error-log-format" -> ALWAYS_LOGGED;
      case "stick-table", "stick" -> "there are no tables: see limits, and balance = source";
      case "option" ->
          line.word(1).startsWith("dontlog") || line.word(1).startsWith("log")
              ? ALWAYS_LOGGED
              : NO_KEY;
      default -> NO_KEY;
    };
  }

  private void leaveAll(Section section, String reason) {
    account.left(section.head(), reason);
    for (Line line : section.lines()) {
      account.left(line, "part of " + section.kind() + " " + section.name());
    }
  }

  /** Writes what holds together: frontends that listen and lead to backends with servers. */
  private void settle() {
    Map<String, Block> kept = new LinkedHashMap<>();
    backends.forEach(
        (name, rules) -> {
          if (rules.hasServers()) {
            kept.put(name, rules.finish());
          } else {
            leave("backend " + name, name, "it has no server that could be carried over");
          }
        });
    frontends.forEach((name, rules) -> settle(name, rules, kept));
    kept.forEach((name, block) -> block.copyTo(sluice.block("backends").block(name)));
  }

  private void settle(String name, FrontendRules rules, Map<String, Block> kept) {
    Block block = rules.block();
    boolean isListen = backends.containsKey(name);
    for (FrontendRules.Route route : rules.routes()) {
      if (!kept.containsKey(route.backend())) {
        account.dropped(route.line(), "there is no backend " + route.backend() + " any more");
        continue;
      }
      String backend = Block.quoted(route.backend());
      switch (route.condition().kind()) {
        case SERVER_NAME ->
            route.condition().values().forEach(v -> name(block, "server-names", v, backend));
        case ALPN -> route.condition().values().forEach(v -> name(block, "alpn", v, backend));
        default -> block.put("backend", backend);
      }
    }
    if (isListen && kept.containsKey(name)) {
      block.putIfAbsent("backend", Block.quoted(name));
    }
    if (!rules.listens()) {
      leave("frontend " + name, name, "it has no bind that could be carried over");
    } else if (!block.has("backend")) {
      leave("frontend " + name, name, "it has no backend that could be carried over");
    } else {
      block.copyTo(sluice.block("frontends").block(name));
    }
  }

  /** The first line that names a server name wins, as the first use_backend does. */
  private static void name(Block frontend, String key, String value, String backend) {
    frontend.block(key).putIfAbsent(value, backend);
  }

  private void leave(String what, String name, String reason) {
    for (Section section : sections) {
      boolean ours = what.startsWith(section.kind()) || section.kind().equals("listen");
      if (ours && section.name().equals(name)) {
        account.dropped(section.head(), reason);
      }
    }
  }
}
