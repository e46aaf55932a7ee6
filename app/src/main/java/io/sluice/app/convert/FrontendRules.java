package io.sluice.app.convert;

import java.util.ArrayList;
import java.util.List;

/**
 * The lines of HAProxy that belong to a frontend, also those in defaults and in listen.
 *
 * <p>What HAProxy takes for granted and we do not is written out: its time-outs are infinite where
 * nothing sets them.
 */
final class FrontendRules {
  private final Account account;
  private final Block block = new Block();
  private final Condition.Names conditions = new Condition.Names();

  /** Names of backends, with the lines that ask for them. */
  private final List<Route> routes = new ArrayList<>();

  /** Some sources were accepted; what that means shows when all others are rejected. */
  private boolean onlyAllowed;

  private boolean othersRejected;

  private final List<Line> binds = new ArrayList<>();

  /** A wish to use a backend: for some names, for some protocols, or for everything else. */
  record Route(Line line, String backend, Condition condition) {}

  FrontendRules(Account account) {
    this.account = account;
    Block timeouts = block.block("timeouts");
    timeouts.put("client", "none");
    timeouts.put("client-fin", "none");
  }

  /** The keys, once all lines are carried. */
  Block block() {
    if (onlyAllowed && !othersRejected) {
      block.remove("allow"); // Accepting some and then all others means nothing.
    }
    boolean somewhere = binds.stream().anyMatch(FrontendRules::acceptsProxy);
    for (Line bind : binds) {
      if (somewhere && !acceptsProxy(bind)) {
        account.partly(
            bind, bind.word(1), "all binds of a frontend want the PROXY header, or none");
      }
    }
    return block;
  }

  private static boolean acceptsProxy(Line bind) {
    return bind.words().contains("accept-proxy");
  }

  List<Route> routes() {
    return routes;
  }

  /** True if the line is a frontend's and was carried over, at least in part. */
  boolean carry(Line line) {
    return switch (line.word(0)) {
      case "bind" -> bind(line);
      case "maxconn" -> number(line, "max-connections", block);
      case "backlog" -> number(line, "backlog", block.block("listen"));
      case "rate-limit" -> line.word(1).equals("sessions") && rate(line);
      case "timeout" -> timeout(line);
      case "default_backend" -> route(line, Condition.ALWAYS);
      case "use_backend" -> route(line, conditions.of(line.rest(2)));
      case "acl" -> conditions.define(line);
      case "tcp-request" -> tcpRequest(line);
      default -> KeepAlive.carry(line, "clitcpka", block.block("tcp"));
    };
  }

  private static boolean number(Line line, String key, Block to) {
    String number = Values.number(line.word(1));
    if (number == null || number.equals("0")) {
      return false;
    }
    to.put(key, number);
    return true;
  }

  private boolean rate(Line line) {
    String number = Values.number(line.word(2));
    if (number != null) {
      block.put("max-connection-rate", number.equals("0") ? "none" : number);
    }
    return number != null;
  }

  private boolean timeout(Line line) {
    String value = Values.duration(line.word(2));
    Block timeouts = block.block("timeouts");
    switch (line.word(1)) {
      case "client", "client-fin" -> {
        if (value != null) {
          timeouts.put(line.word(1), value);
        }
        return value != null;
      }
      case "tarpit", "client-hs" -> {
        boolean limited = value != null && !value.equals("none");
        if (limited) {
          timeouts.put(line.word(1).equals("tarpit") ? "tarpit" : "greeting", value);
        }
        return limited;
      }
      default -> {
        return false;
      }
    }
  }

  private boolean route(Line line, Condition condition) {
    boolean known =
        switch (condition.kind()) {
          case ALWAYS, SERVER_NAME, ALPN -> !condition.negated();
          default -> false;
        };
    if (known) {
      routes.add(new Route(line, line.word(1), condition));
    } else {
      account.left(
          line, "a backend is chosen by the server name or the protocol in the ClientHello only");
    }
    return known;
  }

  private boolean tcpRequest(Line line) {
    if (line.word(1).equals("inspect-delay")) {
      String value = Values.duration(line.word(2));
      if (value != null && !value.equals("none")) {
        block.put("inspect-timeout", value);
      }
      return value != null;
    }
    Condition condition = conditions.of(line.rest(3));
    if (line.word(1).equals("content")) {
      // Waiting for the ClientHello goes without saying where its names are asked for.
      return line.word(2).equals("accept")
          && (condition.kind() == Condition.Kind.TLS_HELLO
              || condition.kind() == Condition.Kind.ALWAYS);
    }
    if (!line.word(1).equals("connection") && !line.word(1).equals("session")) {
      return false;
    }
    return line.word(2).equals("expect-proxy")
        ? expectProxy(line, conditions.of(line.rest(4)))
        : admission(line, condition);
  }

  private boolean expectProxy(Line line, Condition condition) {
    if (!line.word(3).equals("layer4") || condition.negated()) {
      return false;
    }
    Block accept = block.block("accept-proxy-protocol");
    switch (condition.kind()) {
      case ALWAYS -> accept.put("otherwise", "require");
      case SOURCE -> condition.values().forEach(v -> accept.add("require", Block.quoted(v)));
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean admission(Line line, Condition condition) {
    String action = line.word(2);
    boolean rejects = action.equals("reject") || action.equals("silent-drop");
    boolean ofSources = condition.kind() == Condition.Kind.SOURCE;
    if (rejects && condition.kind() == Condition.Kind.ALWAYS && onlyAllowed) {
      block.put("deny-action", action);
      othersRejected = true;
      return true;
    }
    if (!ofSources || onlyAllowed || (!rejects && !action.equals("accept"))) {
      return false;
    }
    if (rejects) {
      condition
          .values()
          .forEach(v -> block.add(condition.negated() ? "allow" : "deny", Block.quoted(v)));
      block.put("deny-action", action);
      return true;
    }
    if (condition.negated() || block.has("deny") || block.has("allow")) {
      return false;
    }
    condition.values().forEach(v -> block.add("allow", Block.quoted(v)));
    onlyAllowed = true;
    return true;
  }

  private boolean bind(Line line) {
    List<String> addresses;
    try {
      addresses = Addresses.bind(line.word(1));
    } catch (IllegalArgumentException e) {
      account.left(line, e.getMessage());
      return false;
    }
    List<String> words = line.rest(2);
    if (words.contains("ssl") || words.contains("crt")) {
      account.left(line, "TLS is passed through, not ended: there is no ssl on a bind");
      return false;
    }
    addresses.forEach(address -> block.add("bind", Block.quoted(address)));
    binds.add(line);
    for (int at = 0; at < words.size(); at++) {
      at += bindOption(line, words.get(at), at + 1 < words.size() ? words.get(at + 1) : "");
    }
    return true;
  }

  /** Carries one option of a bind; returns how many further words it has. */
  private int bindOption(Line line, String option, String value) {
    Block listen = block.block("listen");
    switch (option) {
      case "name", "id", "level", "shards", "thread", "process", "nice" -> {
        return 1; // Names and places in HAProxy's own process.
      }
      case "v4v6" -> {
        return 0;
      }
      case "v6only" -> listen.put("v6only", "true");
      case "tfo" -> listen.put("fast-open", "1024");
      case "accept-proxy" -> block.block("accept-proxy-protocol").put("otherwise", "require");
      case "defer-accept" -> listen.put("defer-accept", "3s");
      case "backlog" -> {
        listen.put("backlog", value);
        return 1;
      }
      case "maxconn" -> {
        block.put("max-connections", value);
        return 1;
      }
      case "mode", "user", "group", "uid", "gid" -> {
        String key = option.equals("uid") ? "user" : option.equals("gid") ? "group" : option;
        listen.put("unix-" + (key.equals("user") ? "owner" : key), Block.quoted(value));
        return 1;
      }
      case "tcp-ut" -> {
        block.block("tcp").put("user-timeout", Values.duration(value));
        return 1;
      }
      case "cc" -> {
        block.block("tcp").put("congestion-control", value);
        return 1;
      }
      default -> {
        account.partly(line, option, "there is no such option of a bind");
        return option.matches("interface|mss|namespace|alpn|proto|severity-output|quic-.*") ? 1 : 0;
      }
    }
    return 0;
  }

  /** True if it listens somewhere. */
  boolean listens() {
    return block.has("bind");
  }
}
