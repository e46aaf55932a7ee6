package io.sluice.app.convert;

import java.util.List;

/**
 * The options of {@code server} and {@code default-server} (manual, section 5.2) of one backend.
 *
 * <p>Each server is written with what it has itself; what default-server sets comes first, as
 * there.
 */
final class ServerRules {
  private final Account account;
  private final Block servers = new Block();

  /** What the slots of a server-template have. */
  private final Block slots = new Block();

  private List<String> defaults = List.of();
  private boolean checked;
  private boolean talksProxy;
  private String proxyVersion;

  ServerRules(Account account) {
    this.account = account;
  }

  /** The servers, by name. */
  Block servers() {
    return servers;
  }

  /** True if at least one is checked. */
  boolean checked() {
    return checked;
  }

  /** The version of the PROXY protocol that servers want; null for none. */
  String proxyVersion() {
    return proxyVersion;
  }

  /** Takes in a default-server line, for the servers after it. */
  boolean defaults(Line line) {
    Block scratch = new Block();
    options(line, line.rest(1), scratch);
    defaults = line.rest(1);
    return true;
  }

  /** Takes in a server line. */
  boolean carry(Line line) {
    String address;
    try {
      address = Addresses.server(line.word(2));
    } catch (IllegalArgumentException e) {
      account.left(line, e.getMessage());
      return false;
    }
    List<String> own = line.rest(3);
    if (beginsTls(line, own)) {
      return false;
    }
    Block server = servers.block(line.word(1));
    server.put("address", Block.quoted(address));
    options(null, defaults, server);
    options(line, own, server);
    if (has(own, "check-send-proxy") || has(defaults, "check-send-proxy")) {
      boolean second = has(own, "send-proxy-v2") || has(defaults, "send-proxy-v2");
      server.block("check").put("proxy-protocol", second ? "v2" : "v1");
    }
    if (has(own, "disabled") || (has(defaults, "disabled") && !has(own, "enabled"))) {
      server.put("weight", "0"); // Until somebody gives it one: there is no word for it.
    }
    if (!isChecked(own)) {
      server.remove("check");
      server.block("check").put("type", "none");
    }
    return true;
  }

  /** True, and accounted for, if a line wants TLS to its servers. */
  boolean beginsTls(Line line, List<String> own) {
    boolean tls = has(own, "ssl") || (has(defaults, "ssl") && !has(own, "no-ssl"));
    if (tls) {
      account.left(line, "TLS is passed through, not begun: there is no ssl to a server");
    }
    return tls;
  }

  private boolean isChecked(List<String> own) {
    boolean check = (has(own, "check") || has(defaults, "check")) && !has(own, "no-check");
    checked |= check;
    return check;
  }

  /** Takes in the options of a server-template line. */
  void template(Line line, List<String> own) {
    options(null, defaults, slots);
    options(line, own, slots);
    if (!isChecked(own)) {
      slots.remove("check");
    }
  }

  /** Writes what slots have: what servers of a backend have that set nothing themselves. */
  void finishSlots(Line template, List<String> own, Block backend) {
    if (checked && !slots.has("check")) {
      account.partly(template, template.word(1), "slots are checked as the servers of the file");
    }
    for (String part : List.of("check", "agent", "observe", "source")) {
      if (slots.has(part)) {
        slots.block(part).copyTo(backend.block(part));
        slots.remove(part);
      }
    }
    if (!servers.isEmpty() && own.stream().anyMatch(option -> !option.equals("check"))) {
      account.partly(
          template,
          String.join(" ", own),
          "servers of the file take it too where they set nothing themselves");
    }
    slots.copyTo(backend.block("server-defaults"));
  }

  /** Once all are known: which of them need to say that they are not checked. */
  void finish(List<String> names) {
    if (!checked) {
      names.forEach(name -> servers.block(name).remove("check"));
    }
  }

  private static boolean has(List<String> words, String option) {
    return words.contains(option);
  }

  private void options(Line line, List<String> words, Block server) {
    for (int at = 0; at < words.size(); at++) {
      String value = at + 1 < words.size() ? words.get(at + 1) : "";
      at +=
          words.get(at).equals("source")
              ? source(line, words.subList(at + 1, words.size()), server)
              : option(line, words.get(at), value, server);
    }
  }

  private int source(Line line, List<String> words, Block server) {
    int carried = SourceRules.carry(words, server);
    if (carried < 0) {
      boolean more = words.size() > 2 && words.get(1).matches("usesrc|interface");
      return left(
          line, "source", "only an address, ports and an interface can be set", more ? 3 : 1);
    }
    return carried;
  }

  /** Carries one option; returns how many further words it has. */
  private int option(Line line, String option, String value, Block server) {
    Block check = server.block("check");
    switch (option) {
      case "check",
          "no-check",
          "no-ssl",
          "no-backup",
          "enabled",
          "disabled",
          "check-send-proxy" -> {
        return 0;
      }
      case "inter", "fastinter", "downinter" -> {
        String key =
            option.equals("inter")
                ? "interval"
                : option.equals("fastinter") ? "fast-interval" : "down-interval";
        check.put(key, Values.duration(value));
        return 1;
      }
      case "rise", "fall", "port" -> check.put(option, value);
      case "addr" -> check.put("address", Block.quoted(value));
      case "sni", "check-sni" -> {
        return left(line, option, "no TLS is begun", 1);
      }
      case "weight" -> server.put("weight", value);
      case "maxconn" -> server.put("max-connections", unlimited(value));
      case "minconn" -> server.put("min-connections", unlimited(value));
      case "maxqueue" -> server.put("max-queue", unlimited(value));
      case "slowstart" -> server.put("slow-start", Values.duration(value));
      case "backup" -> {
        server.put("backup", "true");
        return 0;
      }
      case "send-proxy", "send-proxy-v2" -> {
        wantsProxy(option.endsWith("v2") ? "v2" : "v1");
        return 0;
      }
      default -> {
        return further(line, option, value, server);
      }
    }
    return 1;
  }

  private int further(Line line, String option, String value, Block server) {
    switch (option) {
      case "on-marked-down" -> {
        if (value.equals("shutdown-sessions")) {
          server.put("on-marked-down", "close-sessions");
        }
        return 1;
      }
      case "on-marked-up" -> {
        if (value.equals("shutdown-backup-sessions")) {
          server.put("on-marked-up", "close-backup-sessions");
        }
        return 1;
      }
      case "observe" -> {
        if (value.equals("layer4")) {
          server.block("observe").put("mode", "connect");
          return 1;
        }
        return left(line, option, "only layer4 can be observed", 1);
      }
      case "error-limit" -> server.block("observe").put("error-limit", value);
      case "on-error" ->
          server
              .block("observe")
              .put("on-error", value.equals("fastinter") ? "fast-interval" : value);
      case "agent-check" -> {
        return 0;
      }
      case "agent-port" -> server.block("agent").put("port", value);
      case "agent-addr" -> server.block("agent").put("address", Block.quoted(value));
      case "agent-inter" -> server.block("agent").put("interval", Values.duration(value));
      case "agent-send" -> server.block("agent").put("send", Block.quoted(value));
      case "resolvers", "resolve-prefer", "init-addr" -> {
        return left(line, option, "a server's name is resolved at the start; see discover", 1);
      }
      case "id", "cookie", "track", "namespace" -> {
        return left(line, option, "there is no such option of a server", 1);
      }
      default -> {
        int more = option.matches("(no-)?(check-ssl|tfo|send-proxy-v2-ssl.*)") ? 0 : 1;
        return left(line, option, "there is no such option of a server", more);
      }
    }
    return 1;
  }

  private static String unlimited(String value) {
    return value.equals("0") ? "none" : value;
  }

  private void wantsProxy(String version) {
    talksProxy = true;
    proxyVersion = version;
  }

  /** True if any server is sent a PROXY header; ours sends it to all of a backend. */
  boolean talksProxy() {
    return talksProxy;
  }

  private int left(Line line, String option, String reason, int more) {
    if (line != null) {
      account.partly(line, option, reason);
    }
    return more;
  }
}
