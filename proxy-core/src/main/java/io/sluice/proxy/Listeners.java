package io.sluice.proxy;

import io.sluice.config.Address;
import io.sluice.config.FrontendConfig;
import io.sluice.config.ListenOptions;
import io.sluice.config.TcpOptions;
import io.sluice.linux.Errno;
import io.sluice.linux.ErrnoException;
import io.sluice.linux.SockAddr;
import io.sluice.transport.ListenSocket;
import io.sluice.transport.UnixPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * The listening sockets of a proxy, by frontend, in the order of its binds: those that it opened
 * itself, those that an earlier process of it opened and somebody kept, and those that were handed
 * over, of which one bind may have several.
 *
 * <p>Invariant: every socket that was handed over has one frontend, or nothing was started; what
 * was kept and is not wanted any more is closed. Closed once.
 */
final class Listeners {
  /** How long the address of a socket that was kept may stay taken, and how often to look. */
  private static final long RELEASE_NS = 2_000_000_000L;

  private static final long LOOK_NS = 10_000_000L;

  /** For a socket that is only closed. */
  private static final TcpOptions ANY =
      new TcpOptions(false, false, Duration.ZERO, Duration.ZERO, 0, Duration.ZERO, 0, 0, "");

  private final TransportChoice transport;
  private final Map<String, List<Integer>> inherited;
  private final KeptSockets kept;
  private final Consumer<String> forget;
  private final Set<String> claimed = new LinkedHashSet<>();
  private final Map<String, List<ListenSocket>> byFrontend = new LinkedHashMap<>();
  private boolean mayBeReleased;
  private boolean closed;

  /**
   * None yet.
   *
   * @param inherited listening descriptors by name
   * @param forget told the names of those that an earlier process opened and no bind wants
   */
  Listeners(
      TransportChoice transport, Map<String, List<Integer>> inherited, Consumer<String> forget) {
    this.transport = transport;
    kept = new KeptSockets(inherited);
    this.inherited = new LinkedHashMap<>(inherited);
    this.inherited.keySet().removeIf(KeptSockets::isKept);
    this.forget = forget;
  }

  /**
   * Opens or takes over what the binds of {@code frontends} name.
   *
   * @throws IOException when one cannot be had, or nobody claims one that was handed over; what was
   *     opened until then is for {@link #close}
   */
  void open(Iterable<FrontendConfig> frontends) throws IOException {
    for (FrontendConfig frontend : frontends) {
      byFrontend.put(frontend.name(), new ArrayList<>());
    }
    releaseUnwanted(frontends);
    for (FrontendConfig frontend : frontends) {
      List<ListenSocket> sockets = byFrontend.get(frontend.name());
      for (Address bind : frontend.binds()) {
        if (bind instanceof Address.Systemd named) {
          takeOver(frontend, named, sockets);
        } else {
          sockets.add(listen(frontend, bind));
        }
      }
    }
    Set<String> unclaimed = new TreeSet<>(inherited.keySet());
    unclaimed.removeAll(claimed);
    if (!unclaimed.isEmpty()) {
      throw new IOException(
          "no bind claims the inherited sockets named "
              + quoted(unclaimed)
              + ": add bind = \"systemd:"
              + unclaimed.iterator().next()
              + "\" to a frontend, or take them out of the .socket unit");
    }
  }

  private ListenSocket listen(FrontendConfig frontend, Address bind) throws IOException {
    SockAddr address = Resolver.resolve(bind, "frontend " + frontend.name());
    ListenOptions options = listenOptions(frontend.listen(), bind);
    String name = KeptSockets.name(address, options);
    List<Integer> left = kept.claim(name);
    if (!left.isEmpty()) {
      try {
        return transport.transport().readopt(left.get(0), options, frontend.tcp());
      } catch (IOException e) {
        throw notKept(address.toString(), e);
      }
    }
    ListenSocket opened = listen(address, options, frontend);
    kept.onOpened(name, opened);
    return opened;
  }

  /** A socket that was just let go of may be closed by who kept it a moment later. */
  private ListenSocket listen(SockAddr address, ListenOptions options, FrontendConfig frontend)
      throws IOException {
    long beganNs = System.nanoTime();
    while (true) {
      try {
        return transport.transport().listen(address, options, frontend.tcp());
      } catch (IOException e) {
        boolean inUse =
            e.getCause() instanceof ErrnoException cause && cause.errno() == Errno.EADDRINUSE;
        if (!inUse || !mayBeReleased || System.nanoTime() - beganNs > RELEASE_NS) {
          throw e;
        }
        LockSupport.parkNanos(LOOK_NS);
      }
    }
  }

  /** Before anything is bound: an address that is kept in vain may be a part of one that is not. */
  private void releaseUnwanted(Iterable<FrontendConfig> frontends) throws IOException {
    if (kept.isEmpty()) {
      return;
    }
    Map<String, SockAddr> wanted = new LinkedHashMap<>();
    for (FrontendConfig frontend : frontends) {
      for (Address bind : frontend.binds()) {
        if (!(bind instanceof Address.Systemd)) {
          SockAddr address = Resolver.resolve(bind, "frontend " + frontend.name());
          ListenOptions options = listenOptions(frontend.listen(), bind);
          wanted.put(KeptSockets.name(address, options), address);
        }
      }
    }
    for (String name : kept.unwanted(wanted)) {
      forget.accept(name);
      mayBeReleased = true;
      for (int descriptor : kept.claim(name)) {
        try {
          release(name, transport.transport().adopt(descriptor, ANY));
        } catch (IOException e) {
          throw notKept("a former bind", e);
        }
      }
    }
  }

  private static void release(String name, ListenSocket socket) throws IOException {
    if (UnixPath.isPath(socket.address())) {
      Path path = UnixPath.of(socket.address());
      if (KeptSockets.isAt(name, path)) {
        Files.deleteIfExists(path);
      }
    }
    socket.close();
  }

  private static IOException notKept(String subject, IOException e) {
    return new IOException(
        "cannot take back the socket of "
            + subject
            + " that the service manager has kept: "
            + e.getMessage()
            + "; stop the service and start it again, which lets go of it",
        e);
  }

  /**
   * Descriptors of the sockets that it opened and that the next process may go on with, by name.
   */
  Map<String, Integer> opened() {
    return kept.opened();
  }

  private static ListenOptions listenOptions(ListenOptions options, Address bind) {
    boolean v6only = options.v6only() && !Resolver.isWildcard(bind);
    return new ListenOptions(
        options.backlog(), options.deferAccept(), options.fastOpen(), v6only, options.unixFile());
  }

  private void takeOver(FrontendConfig frontend, Address.Systemd bind, List<ListenSocket> sockets)
      throws IOException {
    String subject = "frontend " + frontend.name() + ": cannot listen on " + bind + ": ";
    List<Integer> descriptors = inherited.get(bind.name());
    if (descriptors == null) {
      throw new IOException(
          subject
              + (inherited.isEmpty()
                  ? "no sockets were handed over; start the .socket unit, which starts the service"
                  : "only sockets named "
                      + quoted(new TreeSet<>(inherited.keySet()))
                      + " were handed over; FileDescriptorName= in the .socket unit names them"));
    }
    claimed.add(bind.name());
    for (int descriptor : descriptors) {
      try {
        sockets.add(transport.transport().adopt(descriptor, frontend.tcp()));
      } catch (IOException e) {
        boolean portable = transport.transport().name().equals("nio");
        String reason = portable ? " (" + transport.reason() + ")" : "";
        throw new IOException(subject + e.getMessage() + reason, e);
      }
    }
  }

  /**
   * Whether the paths of UNIX sockets that the proxy has made stay when it ends, because the next
   * process goes on with the sockets. At first they do not.
   */
  void leavePaths(boolean stay) {
    forEach((frontend, socket) -> socket.leavePath(stay));
  }

  private static String quoted(Set<String> names) {
    return "\"" + String.join("\", \"", names) + "\"";
  }

  /**
   * The address of one socket.
   *
   * @throws IllegalArgumentException when there is no such frontend or socket
   */
  SockAddr address(String frontend, int place) {
    List<ListenSocket> sockets = byFrontend.get(frontend);
    if (sockets == null || place < 0 || place >= sockets.size()) {
      throw new IllegalArgumentException("no bind " + place + " in frontend \"" + frontend + "\"");
    }
    return sockets.get(place).address();
  }

  /** Every address, by frontend. */
  Map<String, List<SockAddr>> addresses() {
    Map<String, List<SockAddr>> all = new LinkedHashMap<>();
    byFrontend.forEach(
        (frontend, sockets) ->
            all.put(frontend, sockets.stream().map(ListenSocket::address).toList()));
    return all;
  }

  /** Calls {@code action} with each frontend's name and each of its sockets. */
  void forEach(BiConsumer<String, ListenSocket> action) {
    byFrontend.forEach(
        (frontend, sockets) -> sockets.forEach(socket -> action.accept(frontend, socket)));
  }

  /** Closes all, once: a UNIX path may be a successor's by the next time. */
  void close() {
    if (!closed) {
      closed = true;
      forEach((frontend, socket) -> socket.close());
    }
  }
}
