package io.sluice.session;

import io.sluice.backend.Backend;
import io.sluice.backend.Server;
import io.sluice.backend.balance.RoundRobin;
import io.sluice.config.BackendConfig;
import io.sluice.config.ConfigException;
import io.sluice.config.ConfigReader;
import io.sluice.config.FrontendConfig;
import io.sluice.config.SluiceConfig;
import io.sluice.linux.FaultySyscalls;
import io.sluice.linux.LinuxSyscalls;
import io.sluice.linux.SockAddr;
import io.sluice.loop.EventLoop;
import io.sluice.loop.ManualClock;
import io.sluice.stats.Counter;
import io.sluice.stats.CounterSet;
import io.sluice.transport.ListenSocket;
import io.sluice.transport.Poller;
import io.sluice.transport.Transport;
import io.sluice.transport.epoll.EpollTransport;
import io.sluice.transport.nio.NioTransport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * One loop with one frontend, turned by the test's own thread with a clock that the test moves,
 * over real loopback sockets: nothing happens between two turns, and nothing waits without a bound.
 */
final class LoopHarness implements AutoCloseable {
  /** Counters have room for a second loop, which a test may add. */
  static final int LOOPS = 2;

  private static final long REAL_TIME_MAX_NS = Duration.ofSeconds(20).toNanos();

  final ManualClock clock = new ManualClock();
  final FaultySyscalls sys;
  final EventLoop loop;
  final Poller poller;
  final SessionLoop sessions;
  final Frontend frontend;
  final Backend backend;
  final CounterSet counters = new CounterSet(LOOPS);
  final SluiceConfig config;
  final Transport transport;
  final ConnectionGate total;
  final List<ServerSocketChannel> origins = new ArrayList<>();
  private final List<Peer> peers = new ArrayList<>();
  private final ListenSocket listener;
  private final Acceptor acceptor;

  private LoopHarness(boolean epoll, int servers, long seed, String settings)
      throws IOException, ConfigException {
    for (int i = 0; i < servers; i++) {
      origins.add(
          ServerSocketChannel.open()
              .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
      origins.get(i).configureBlocking(false);
    }
    config = config(settings);
    if (epoll) {
      sys = new FaultySyscalls(LinuxSyscalls.open(), seed);
      transport = new EpollTransport(sys, true, config.pump());
    } else {
      sys = null;
      transport = new NioTransport();
    }
    poller = transport.openPoller(config.pump());
    loop = new EventLoop(0, poller, clock);
    loop.adopt();
    total = new ConnectionGate(config.maxConnections());
    sessions = new SessionLoop(loop, counters, total, config.pump().turnBudgetBytes());
    backend = backend(config.backends().get("app"));
    FrontendConfig web = config.frontends().get("web");
    frontend = new Frontend(web, backend, LOOPS);
    listener =
        transport.listen(
            SockAddr.inet(InetAddress.getLoopbackAddress(), 0), web.listen(), web.tcp());
    acceptor = new Acceptor(sessions, listener, frontend);
    acceptor.start();
  }

  /** Over epoll with one server; {@code settings} is HOCON inside {@code sluice}. */
  static LoopHarness epoll(String settings) throws IOException, ConfigException {
    return new LoopHarness(true, 1, 1, settings);
  }

  static LoopHarness epoll(int servers, String settings) throws IOException, ConfigException {
    return new LoopHarness(true, servers, 1, settings);
  }

  /** Over epoll with faults that are drawn from {@code seed}. */
  static LoopHarness seeded(long seed, String settings) throws IOException, ConfigException {
    return new LoopHarness(true, 1, seed, settings);
  }

  static LoopHarness nio(String settings) throws IOException, ConfigException {
    return new LoopHarness(false, 1, 1, settings);
  }

  /** Either transport, for tests that are run over both. */
  static LoopHarness over(String transport, int servers, String settings)
      throws IOException, ConfigException {
    return new LoopHarness(transport.equals("epoll"), servers, 1, settings);
  }

  SocketAddress address() {
    return listener.address().toJava();
  }

  /** A new client; its session begins in the next turns. */
  Peer client() throws IOException {
    return keep(Peer.connect(address()));
  }

  /** A new client whose receive buffer is as small as the kernel lets it be. */
  Peer slowClient() throws IOException {
    SocketChannel channel = SocketChannel.open();
    channel.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
    channel.connect(address());
    return keep(new Peer(channel));
  }

  /** The next connection that the proxy has made to the server number {@code origin}. */
  Peer accepted(int origin) {
    SocketChannel[] taken = new SocketChannel[1];
    turnUntil(
        "a connection to server " + origin,
        () -> {
          try {
            taken[0] = origins.get(origin).accept();
            return taken[0] != null;
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
    try {
      return keep(new Peer(taken[0]));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Client and server of one relaying session. */
  record Pair(Peer client, Peer server) {}

  Pair pair() throws IOException {
    return pair(client());
  }

  /** The same for a client made before. */
  Pair pair(Peer client) {
    Pair pair = new Pair(client, accepted(0));
    turns(2); // The server's side of the handshake is ahead of the proxy's.
    return pair;
  }

  /** Turns the loop until {@code condition} holds; fails after a long real time. */
  void turnUntil(String what, BooleanSupplier condition) {
    long begunNs = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - begunNs > REAL_TIME_MAX_NS) {
        throw new AssertionError("waited in vain for " + what + "; " + poller.usage());
      }
      loop.turn(1);
    }
  }

  /** Some turns in which nothing is expected to happen. */
  void turns(int count) {
    for (int i = 0; i < count; i++) {
      loop.turn(1);
    }
  }

  /** Moves the clock and lets the loop notice. */
  void pass(Duration time) {
    clock.advance(time);
    turns(2);
  }

  /** Turns until {@code peer} has received {@code text} in all. */
  void expect(Peer peer, String text) {
    turnUntil(
        "\"" + text + "\" but got \"" + peer.text() + "\"",
        () -> {
          peer.read();
          return peer.text().length() >= text.length() || peer.isEof() || peer.isBroken();
        });
    if (!peer.text().equals(text)) {
      throw new AssertionError("expected \"" + text + "\" but got \"" + peer.text() + "\"");
    }
  }

  void expectEof(Peer peer) {
    turnUntil("EOF", () -> peer.read().isEof() || peer.isBroken());
    if (!peer.isEof()) {
      throw new AssertionError("expected EOF but the connection is broken");
    }
  }

  void expectReset(Peer peer) {
    turnUntil("a reset", () -> peer.read().isEof() || peer.isBroken());
    if (!peer.isReset()) {
      throw new AssertionError("expected a reset but got EOF");
    }
  }

  void expectNoSessions() {
    turnUntil("the end of all sessions", () -> sessions.size() == 0);
  }

  long counted(Counter counter) {
    sessions.fold();
    return counters.sum(counter);
  }

  /** Fails if anything is left of past sessions. */
  void expectNothingLeft() {
    expectNoSessions();
    Poller.Usage usage = poller.usage();
    if (usage.sockets() != 0
        || usage.pipesInUse() != 0
        || usage.buffersInUse() != 0
        || loop.timers().size() != 0
        || total.active() != 0
        || frontend.gate().active() != 0
        || backend.sessions().get() != 0) {
      throw new AssertionError("left behind: " + usage + ", timers " + loop.timers().size());
    }
  }

  @Override
  public void close() throws IOException {
    for (Peer peer : peers) {
      peer.close();
    }
    sessions.closeAll(CloseReason.KILLED);
    acceptor.stop();
    listener.close();
    poller.close();
    for (ServerSocketChannel origin : origins) {
      origin.close();
    }
  }

  private Peer keep(Peer peer) {
    peers.add(peer);
    return peer;
  }

  private SluiceConfig config(String settings) throws ConfigException {
    StringBuilder servers = new StringBuilder();
    for (int i = 0; i < origins.size(); i++) {
      int port = origins.get(i).socket().getLocalPort();
      servers.append("s").append(i).append(" = \"127.0.0.1:").append(port).append("\"\n");
    }
    return ConfigReader.parse(
            "test",
            "sluice {\nfrontends.web { bind = \"127.0.0.1:0\", backend = app }\n"
                + "backends.app.servers {\n"
                + servers
                // Whatever the machine's limit for one user is.
                + "}\npump.pipe-budget = 8192\n"
                + settings
                + "\n}")
        .config();
  }

  private static Backend backend(BackendConfig config) {
    List<Server> servers = new ArrayList<>();
    for (BackendConfig.ServerConfig server : config.servers()) {
      io.sluice.config.Address.Tcp tcp = (io.sluice.config.Address.Tcp) server.address();
      servers.add(
          new Server(
              server.name(), SockAddr.inet(InetAddress.getLoopbackAddress(), tcp.port()), LOOPS));
    }
    return new Backend(config, servers, new RoundRobin(), LOOPS);
  }
}
