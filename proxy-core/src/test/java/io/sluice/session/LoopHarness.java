package io.sluice.session;

import io.sluice.admission.ConnectionRate;
import io.sluice.backend.Backend;
import io.sluice.backend.Server;
import io.sluice.backend.balance.Balancing;
import io.sluice.config.BackendConfig;
import io.sluice.config.ConfigException;
import io.sluice.config.FrontendConfig;
import io.sluice.config.MirrorConfig;
import io.sluice.config.SluiceConfig;
import io.sluice.linux.FaultySyscalls;
import io.sluice.linux.LinuxSyscalls;
import io.sluice.linux.SockAddr;
import io.sluice.loop.EventLoop;
import io.sluice.loop.ManualClock;
import io.sluice.mirror.DetachReason;
import io.sluice.mirror.Mirror;
import io.sluice.mirror.MirrorCounter;
import io.sluice.proxy.TestMirrors;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * One loop with one frontend, turned by the test's own thread with a clock that the test moves,
 * over real loopback sockets: nothing happens between two turns, and nothing waits without a bound.
 */
final class LoopHarness implements AutoCloseable {
  /** Counters have room for a second loop, which a test may add. */
  static final int LOOPS = 2;

  /** Sessions at which the backend counts as full. */
  private static final int FULL = 1000;

  private static final int SMALL_BUFFER_BYTES = 4096;

  private static final long REAL_TIME_MAX_NS = Duration.ofSeconds(20).toNanos();

  final ManualClock clock = new ManualClock();
  final FaultySyscalls sys;
  final EventLoop loop;
  final Poller poller;
  final SessionLoop sessions;
  final Frontend frontend;
  final Map<String, Backend> backends = new LinkedHashMap<>();

  /** The one of that many servers, {@code app}. */
  final Backend backend;

  final CounterSet counters = new CounterSet(LOOPS);
  final SluiceConfig config;
  final Transport transport;
  final ConnectionGate total;
  final ListenSocket listener;
  final List<ServerSocketChannel> origins = new ArrayList<>();

  /** Where the mirrors send to. */
  final List<ServerSocketChannel> targets = new ArrayList<>();

  final List<Mirror> mirrors = new ArrayList<>();
  private final List<Peer> peers = new ArrayList<>();
  private final Acceptor acceptor;

  private LoopHarness(
      boolean epoll,
      int servers,
      long seed,
      String settings,
      List<String> mirrorTerms,
      Duration mirrorPause)
      throws IOException, ConfigException {
    for (int i = 0; i < servers; i++) {
      origins.add(listening(0));
    }
    for (int i = 0; i < mirrorTerms.size(); i++) {
      targets.add(listening(SMALL_BUFFER_BYTES));
    }
    config = HarnessConfig.of(origins, settings + TestMirrors.settings(mirrorTerms, targets));
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
    for (BackendConfig one : config.backends().values()) {
      backends.put(one.name(), backend(one));
    }
    backend = backends.get("app");
    FrontendConfig web = config.frontends().get("web");
    for (MirrorConfig mirror : web.mirrors()) {
      mirrors.add(TestMirrors.of(mirror, transport, SMALL_BUFFER_BYTES, mirrorPause));
    }
    frontend =
        new Frontend(web, backends, mirrors, ConnectionRate.of(config.connectionRate()), LOOPS);
    listener =
        transport.listen(
            SockAddr.inet(InetAddress.getLoopbackAddress(), 0), web.listen(), web.tcp());
    acceptor = new Acceptor(sessions, listener, frontend, 1);
    acceptor.start();
  }

  private static ServerSocketChannel listening(int receiveBytes) throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open();
    if (receiveBytes > 0) {
      channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBytes);
    }
    channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 200);
    channel.configureBlocking(false);
    return channel;
  }

  /**
   * With mirrors, one for each of {@code terms}; {@code way} is copy or splice over epoll, or nio.
   * The buffers of the mirrors' connections are as small as the kernel lets them be.
   */
  static LoopHarness mirrored(String way, String... terms) throws IOException, ConfigException {
    return mirrored(way, 1, "", terms);
  }

  /** The same over epoll, copying, with a pause before few bytes follow others to a mirror. */
  static LoopHarness pausing(Duration pause, String terms) throws IOException, ConfigException {
    return new LoopHarness(true, 1, 1, "pump.mode = copy\n", List.of(terms), pause);
  }

  /** The same with faults that are drawn from {@code seed}, and with settings. */
  static LoopHarness mirrored(String way, long seed, String settings, String... terms)
      throws IOException, ConfigException {
    boolean epoll = !way.equals("nio");
    String mode = epoll ? "pump.mode = " + way + "\n" : "";
    return new LoopHarness(epoll, 1, seed, mode + settings, List.of(terms), Duration.ZERO);
  }

  /** Over epoll with one server; {@code settings} is HOCON inside {@code sluice}. */
  static LoopHarness epoll(String settings) throws IOException, ConfigException {
    return new LoopHarness(true, 1, 1, settings, List.of(), Duration.ZERO);
  }

  static LoopHarness epoll(int servers, String settings) throws IOException, ConfigException {
    return new LoopHarness(true, servers, 1, settings, List.of(), Duration.ZERO);
  }

  /** Over epoll with faults that are drawn from {@code seed}. */
  static LoopHarness seeded(long seed, String settings) throws IOException, ConfigException {
    return new LoopHarness(true, 1, seed, settings, List.of(), Duration.ZERO);
  }

  static LoopHarness nio(String settings) throws IOException, ConfigException {
    return new LoopHarness(false, 1, 1, settings, List.of(), Duration.ZERO);
  }

  /** Either transport, for tests that are run over both. */
  static LoopHarness over(String transport, int servers, String settings)
      throws IOException, ConfigException {
    return new LoopHarness(
        transport.equals("epoll"), servers, 1, settings, List.of(), Duration.ZERO);
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
    return accepted("server " + origin, origins.get(origin));
  }

  /** The next connection to the target of mirror number {@code target}. */
  Peer mirror(int target) {
    return accepted("mirror " + target, targets.get(target));
  }

  private Peer accepted(String who, ServerSocketChannel at) {
    SocketChannel[] taken = new SocketChannel[1];
    turnUntil(
        "a connection to " + who,
        () -> {
          try {
            taken[0] = at.accept();
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
    return pair(client, 0);
  }

  /** The same where it is server number {@code origin}'s turn. */
  Pair pair(Peer client, int origin) {
    Pair pair = new Pair(client, accepted(origin));
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
    expectReset(peer, Duration.ZERO);
  }

  /** A reset that is not passed on before what came before it is acknowledged, in a while. */
  void expectLateReset(Peer peer) {
    expectReset(peer, Duration.ofMillis(1));
  }

  private void expectReset(Peer peer, Duration turn) {
    turnUntil(
        "a reset",
        () -> {
          clock.advance(turn);
          return peer.read().isEof() || peer.isBroken();
        });
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

  /** What was counted for mirror number {@code target}. */
  long mirrored(int target, MirrorCounter counter) {
    sessions.fold();
    return mirrors.get(target).sum(counter);
  }

  /** Turns until mirror number {@code target} has been dropped for {@code reason}. */
  void expectDetached(int target, DetachReason reason) {
    turnUntil("detached: " + reason, () -> mirrored(target, MirrorCounter.of(reason)) > 0);
  }

  /** Fails if anything is left of past sessions. */
  void expectNothingLeft() {
    expectNoSessions();
    turnUntil("the end of all mirrors", () -> sessions.mirrors().isEmpty());
    // A file of replies lets go of its pipe when its writer says so, after its mirror.
    turnUntil("the end of all writers", () -> poller.usage().pipesInUse() == 0);
    Poller.Usage usage = poller.usage();
    if (usage.sockets() != 0
        || usage.pipesInUse() != 0
        || usage.buffersInUse() != 0
        || loop.timers().size() != 0
        || total.taken() != 0
        || frontend.gate().taken() != 0
        || mirrors.stream().anyMatch(mirror -> mirror.active() != 0)
        || backend.sessions().get() != 0) {
      throw new AssertionError("left behind: " + usage + ", timers " + loop.timers().size());
    }
  }

  /** What a reload that changes nothing is to the acceptor. */
  void serveAnew() {
    acceptor.serve(frontend, 1);
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
    mirrors.forEach(Mirror::close);
    for (ServerSocketChannel origin : origins) {
      origin.close();
    }
    for (ServerSocketChannel target : targets) {
      target.close();
    }
  }

  private Peer keep(Peer peer) {
    peers.add(peer);
    return peer;
  }

  private static Backend backend(BackendConfig config) {
    List<Server> servers = new ArrayList<>();
    for (BackendConfig.ServerConfig server : config.servers()) {
      io.sluice.config.Address.Tcp tcp = (io.sluice.config.Address.Tcp) server.address();
      servers.add(
          new Server(server, SockAddr.inet(InetAddress.getLoopbackAddress(), tcp.port()), LOOPS));
    }
    return new Backend(config, servers, Balancing.of(config), FULL, LOOPS);
  }
}
