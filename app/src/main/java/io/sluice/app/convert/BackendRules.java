package io.sluice.app.convert;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The lines of HAProxy that belong to a backend, also those in defaults and in listen.
 *
 * <p>What HAProxy takes for granted and we do not is written out: infinite time-outs, and no change
 * of the server on a retry unless redispatch is asked for.
 */
final class BackendRules {
  private final Account account;
  private final Block block = new Block();
  private final CheckRules checks = new CheckRules();
  private final ServerRules servers;
  private final TemplateRules templates;
  private final List<Line> serverLines = new ArrayList<>();
  private String redispatch = "off";
  private boolean allBackups;

  /** One whose servers may be discovered by these sections {@code resolvers}. */
  BackendRules(Account account, Map<String, ResolverRules> resolvers) {
    this.account = account;
    servers = new ServerRules(account);
    templates = new TemplateRules(account, resolvers);
    block.put("balance", "roundrobin"); // What HAProxy does where nothing says how.
    Block timeouts = block.block("timeouts");
    for (String key : List.of("connect", "server", "server-fin")) {
      timeouts.put(key, "none");
    }
  }

  /** True if the line is a backend's and was carried over, at least in part. */
  boolean carry(Line line) {
    return switch (line.word(0)) {
      case "balance" -> balance(line);
      case "hash-type" -> hashType(line);
      case "hash-balance-factor" -> factor(line);
      case "retries" -> number(line, "retries");
      case "fullconn" -> number(line, "full-connections");
      case "timeout" -> timeout(line);
      case "server" -> server(line);
      case "server-template" -> template(line);
      case "default-server" -> servers.defaults(line);
      case "option" -> option(line);
      case "source" -> SourceRules.carry(line.rest(1), block) >= 0;
      case "tcp-check", "http-check" -> checks.carry(line);
      default -> KeepAlive.carry(line, "srvtcpka", block.block("tcp"));
    };
  }

  private boolean server(Line line) {
    boolean carried = servers.carry(line);
    if (carried) {
      serverLines.add(line);
    }
    return carried;
  }

  private boolean template(Line line) {
    boolean carried = !servers.beginsTls(line, line.rest(4)) && templates.carry(line);
    if (carried) {
      servers.template(line, templates.options());
    }
    return carried;
  }

  private boolean balance(Line line) {
    String algorithm = line.word(1);
    Block hash = block.block("hash");
    switch (algorithm.replaceAll("\\(.*", "")) {
      case "roundrobin", "static-rr" -> block.put("balance", "roundrobin");
      case "leastconn", "first", "random", "source" ->
          block.put("balance", algorithm.replaceAll("\\(.*", ""));
      case "hash" -> {
        String key = line.word(2);
        if (key.equals("src")) {
          hash.put("key", "client-address");
        } else if (key.startsWith("req.ssl_sni") || key.startsWith("req_ssl_sni")) {
          hash.put("key", "server-name");
        } else {
          return false;
        }
        block.put("balance", "hash");
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean hashType(Line line) {
    if (line.word(1).equals("consistent")) {
      block.block("hash").put("method", "consistent");
      return true;
    }
    return line.word(1).equals("map-based"); // Ours moves fewer clients; where each goes differs.
  }

  private boolean factor(Line line) {
    String factor = Values.number(line.word(1));
    if (factor == null) {
      return false;
    }
    block
        .block("hash")
        .put("balance-factor", factor.equals("0") ? "none" : Block.quoted(factor + "%"));
    return true;
  }

  private boolean number(Line line, String key) {
    String number = Values.number(line.word(1));
    if (number == null) {
      return false;
    }
    block.put(key, number);
    return true;
  }

  private boolean timeout(Line line) {
    String value = Values.duration(line.word(2));
    if (value == null) {
      return false;
    }
    switch (line.word(1)) {
      case "connect", "server", "server-fin", "tunnel", "queue" ->
          block.block("timeouts").put(line.word(1), value);
      case "check" -> block.block("check").put("timeout", value);
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean option(Line line) {
    switch (line.word(1)) {
      case "redispatch" -> {
        String interval = line.word(2);
        redispatch =
            interval.isEmpty() || interval.equals("-1")
                ? "last"
                : interval.equals("1") ? "every" : interval.equals("0") ? "off" : interval;
        return Values.number(interval.replace("-", "")) != null || interval.isEmpty();
      }
      case "allbackups" -> {
        allBackups = true;
        return true;
      }
      default -> {
        return KeepAlive.carry(line, "srvtcpka", block.block("tcp")) || checks.carry(line);
      }
    }
  }

  /** True if a session can go anywhere from it. */
  boolean hasServers() {
    return !serverLines.isEmpty() || templates.line() != null;
  }

  /** The keys, complete. */
  Block finish() {
    block.put("redispatch", redispatch);
    if (allBackups) {
      block.put("use-all-backups", "true");
    }
    servers.finish(serverLines.stream().map(line -> line.word(1)).toList());
    if (servers.checked()) {
      checks.finish(block.block("check"));
    } else {
      block.remove("check");
    }
    if (servers.talksProxy()) {
      block.put("send-proxy-protocol", servers.proxyVersion());
      for (Line line : serverLines) {
        String option = servers.proxyVersion().equals("v1") ? "send-proxy" : "send-proxy-v2";
        if (!line.words().contains(option)) {
          account.partly(line, line.word(1), "all servers of a backend get the PROXY header");
        }
      }
    }
    servers.servers().copyTo(block.block("servers"));
    if (templates.line() != null) {
      templates.discover().copyTo(block.block("discover"));
      servers.finishSlots(templates.line(), templates.options(), block);
    }
    return block;
  }
}
