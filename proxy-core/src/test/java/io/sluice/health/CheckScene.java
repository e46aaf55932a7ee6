package io.sluice.health;

import io.sluice.backend.Backend;
import io.sluice.backend.Server;
import io.sluice.backend.balance.Balancing;
import io.sluice.config.Address;
import io.sluice.config.BackendConfig;
import io.sluice.config.BackendConfig.ServerConfig;
import io.sluice.config.CheckTarget;
import io.sluice.config.ConfigException;
import io.sluice.config.ConfigReader;
import io.sluice.config.SluiceConfig;
import io.sluice.linux.LinuxSyscalls;
import io.sluice.linux.SockAddr;
import io.sluice.loop.EventLoop;
import io.sluice.loop.ManualClock;
import io.sluice.transport.Transport;
import io.sluice.transport.epoll.EpollTransport;
import io.sluice.transport.nio.NioTransport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Health checks of real servers on loopback, by a loop that the test's own thread turns with a
 * clock that the test moves.
 */
final class CheckScene implements AutoCloseable {
  private static final long REAL_TIME_MAX_NS = Duration.ofSeconds(20).toNanos();

  final ManualClock clock = new ManualClock();
  final EventLoop loop;
  final Backend backend;
  final HealthChecks checks;

  /** Where server number i listens; closing it makes connections be refused. */
  final List<ServerSocketChannel> origins = new ArrayList<>();

  private final List<Remote> remotes = new ArrayList<>();
  private CheckResult seen = CheckResult.NONE;

  /**
   * Checks begin with the first turn.
   *
   * @param settings HOCON inside the backend
   */
  CheckScene(String transport, int servers, String settings) throws IOException, ConfigException {
    for (int i = 0; i < servers; i++) {
      origins.add(listening());
    }
    SluiceConfig config = config(settings);
    Transport over =
        transport.equals("nio")
            ? new NioTransport()
            : new EpollTransport(LinuxSyscalls.open(), true, config.pump());
    loop = new EventLoop(0, over.openPoller(config.pump()), clock);
    loop.adopt();
    BackendConfig terms = config.backends().get("b");
    List<Server> made = new ArrayList<>();
    for (ServerConfig server : terms.servers()) {
      made.add(new Server(server, resolved(server.address()), 1));
    }
    backend = new Backend(terms, made, Balancing.of(terms), 10, 1);
    List<ServerTerms> all = new ArrayList<>();
    for (int i = 0; i < made.size(); i++) {
      all.add(terms(made.get(i), terms, terms.servers().get(i)));
    }
    checks = new HealthChecks(List.of(loop), 42);
    checks.apply(all);
    loop.turn(0);
  }

  private static ServerTerms terms(Server server, BackendConfig backend, ServerConfig config) {
    return new ServerTerms(
        server,
        config.health(),
        host(config.health().check().target()),
        host(config.health().agent().target()),
        backend.connectTimeout(),
        config.tcp(),
        backend.session().sendProxyProtocol());
  }

  private static Optional<SockAddr> host(CheckTarget target) {
    return target.address().map(CheckScene::resolved);
  }

  private static SockAddr resolved(Address address) {
    return SockAddr.inet(InetAddress.getLoopbackAddress(), ((Address.Tcp) address).port());
  }

  static ServerSocketChannel listening() throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open();
    channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    channel.configureBlocking(false);
    return channel;
  }

  static int port(ServerSocketChannel channel) {
    return channel.socket().getLocalPort();
  }

  private SluiceConfig config(String settings) throws ConfigException {
    StringBuilder servers = new StringBuilder();
    for (int i = 0; i < origins.size(); i++) {
      servers.append("s").append(i).append(" = \"127.0.0.1:").append(port(origins.get(i)));
      servers.append("\"\n");
    }
    return ConfigReader.parse(
            "test",
            "sluice {\n"
                + "frontends.f { bind = \"127.0.0.1:0\", backend = b }\n"
                + "pump.pipe-budget = 8192\n"
                + "backends.b {\n"
                + "servers {\n"
                + servers
                + "}\n"
                + settings
                + "\n}\n}")
        .config();
  }

  Server server() {
    return backend.servers().get(0);
  }

  ServerHealth health() {
    return checks.of(server()).orElseThrow();
  }

  /** The state as it is displayed. */
  String state() {
    return server().state().text();
  }

  CheckResult last() {
    return health().check().orElseThrow().last();
  }

  /**
   * Turns until {@code condition} holds, one millisecond later on the clock, since a timer that is
   * due now fires with the next one; fails after a long real time.
   */
  void turnUntil(String what, BooleanSupplier condition) {
    clock.advance(Duration.ofMillis(1));
    long begunNs = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - begunNs > REAL_TIME_MAX_NS) {
        throw new AssertionError("waited in vain for " + what + "; " + state() + ", " + last());
      }
      loop.turn(1);
    }
  }

  /** Turns until there is a result that this has not returned yet. */
  @SuppressWarnings("ReferenceEquality") // Each result is an object of its own.
  CheckResult result() {
    turnUntil("a result", () -> last() != seen);
    seen = last();
    return seen;
  }

  CheckReport report() {
    return health().check().orElseThrow();
  }

  CheckReport agent() {
    return health().agent().orElseThrow();
  }

  /** Moves the clock and lets the loop notice. */
  void pass(Duration time) {
    clock.advance(time);
    loop.turn(1);
    loop.turn(1);
  }

  /** Whether a connection waits at the first server; turns some times before it says no. */
  Remote acceptedOrNull(ServerSocketChannel at) throws IOException {
    for (int i = 0; i < 10; i++) {
      SocketChannel channel = at.accept();
      if (channel != null) {
        return remote(channel);
      }
      loop.turn(1);
    }
    return null;
  }

  /** The next connection to the first server. */
  Remote accepted() {
    return accepted(origins.get(0));
  }

  Remote accepted(ServerSocketChannel at) {
    SocketChannel[] taken = new SocketChannel[1];
    turnUntil(
        "a connection",
        () -> {
          try {
            taken[0] = at.accept();
            return taken[0] != null;
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
    try {
      return remote(taken[0]);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Remote remote(SocketChannel channel) throws IOException {
    Remote remote = new Remote(channel);
    remotes.add(remote);
    return remote;
  }

  /** Turns until {@code remote} has received {@code text} in all. */
  void expect(Remote remote, String text) {
    turnUntil(
        "\"" + text + "\" but got \"" + remote.text() + "\"",
        () -> remote.read().text().length() >= text.length() || remote.isOver());
    if (!remote.text().equals(text)) {
      throw new AssertionError("expected \"" + text + "\" but got \"" + remote.text() + "\"");
    }
  }

  /** Closes the first server for good: what connects is refused. */
  void refuse() throws IOException {
    origins.get(0).close();
  }

  /** Nothing is left once the checks have stopped. */
  @Override
  public void close() throws IOException {
    checks.stop();
    loop.turn(0);
    loop.turn(0);
    if (loop.poller().usage().sockets() != 0 || loop.timers().size() != 0) {
      throw new AssertionError(
          "left behind: " + loop.poller().usage() + ", timers " + loop.timers().size());
    }
    loop.poller().close();
    for (Remote remote : remotes) {
      remote.close();
    }
    for (ServerSocketChannel origin : origins) {
      origin.close();
    }
  }
}
