package io.sluice.backend;

import io.sluice.backend.balance.Balancing;
import io.sluice.config.BackendConfig;
import io.sluice.config.ConfigException;
import io.sluice.config.ConfigReader;
import io.sluice.linux.SockAddr;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/** Backends for tests, and those who wait for their servers. */
final class Scene {
  static final SockAddr CLIENT = client(1);

  private Scene() {}

  /** A backend with servers s0, s1 and so on, each with keys of its own. */
  static Backend backend(String settings, String... servers) throws ConfigException {
    return backend(1000, settings, servers);
  }

  static Backend backend(int fullConnections, String settings, String... servers)
      throws ConfigException {
    var text = new StringBuilder("sluice { frontends.web { bind = \":1\", backend = app }\n");
    text.append("backends.app { ").append(settings).append('\n');
    for (int i = 0; i < servers.length; i++) {
      text.append("servers.s").append(i).append(" { address = \"h:1\", ");
      text.append(servers[i]).append(" }\n");
    }
    BackendConfig config =
        ConfigReader.parse("test", text.append("} }").toString()).config().backends().get("app");
    List<Server> all = new ArrayList<>();
    config.servers().forEach(server -> all.add(new Server(server, client(all.size()), 1)));
    return new Backend(config, all, Balancing.of(config), fullConnections, 1);
  }

  /** 10.0.0.n. */
  static SockAddr client(int n) {
    try {
      byte[] host = {10, (byte) (n >>> 16), (byte) (n >>> 8), (byte) n};
      return SockAddr.inet(InetAddress.getByAddress(host), 1000);
    } catch (UnknownHostException e) {
      throw new AssertionError("four bytes are an address", e);
    }
  }

  static void down(Server server) {
    server.setHealth(Health.down(0, 2), "Layer4 timeout");
  }

  static void up(Server server) {
    server.setHealth(Health.up(3, 3), "Layer4 check passed");
  }

  /** Someone who writes down what is said to it. */
  static final class Listener extends Waiter {
    private final String name;
    private final List<String> heard;
    Server server;

    Listener(String name, List<String> heard) {
      this.name = name;
      this.heard = heard;
    }

    Placement assign(Backend backend, SockAddr client) {
      Placement placement = backend.assign(this, client, null, null);
      if (placement.server() != null) {
        server = placement.server();
      }
      return placement;
    }

    @Override
    protected void onServer(Server given) {
      server = given;
      heard.add(name + "@" + given.name());
    }

    @Override
    protected void onNoServer() {
      heard.add(name + " none");
    }
  }
}
