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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Where listening sockets come from: opened here, opened by an earlier process of this proxy and
 * kept by somebody since, or handed over by name.
 *
 * <p>Invariant: a socket that was kept is taken once, or closed before anything is bound. Not
 * thread-safe: one change of the configuration at a time.
 */
final class SocketSource {
  /**
   * How long the address of a socket that is let go of may stay taken, because who keeps a
   * duplicate hears of it later, and how often to look.
   */
  private static final long RELEASE_NS = 5_000_000_000L;

  private static final long LOOK_NS = 10_000_000L;

  /** For a socket that is only closed. */
  private static final TcpOptions ANY =
      new TcpOptions(false, false, Duration.ZERO, Duration.ZERO, 0, Duration.ZERO, 0, 0, "");

  private final TransportChoice transport;
  private final Map<String, List<Integer>> inherited;
  private final KeptSockets kept;
  private final Consumer<String> forget;

  /** Until then; of the past where nothing was let go of. */
  private long takenUntilNs = System.nanoTime();

  /**
   * Nothing opened yet.
   *
   * @param inherited listening descriptors by name, some of which are kept ones
   * @param forget told the names of those that an earlier process opened and no bind wants
   */
  SocketSource(
      TransportChoice transport, Map<String, List<Integer>> inherited, Consumer<String> forget) {
    this.transport = transport;
    kept = new KeptSockets(inherited);
    this.inherited = new LinkedHashMap<>(inherited);
    this.inherited.keySet().removeIf(KeptSockets::isKept);
    this.forget = forget;
  }

  /** What the beginning of a message about a bind is. */
  static String subject(FrontendConfig frontend, Address bind) {
    return "frontend " + frontend.name() + ": cannot listen on " + bind + ": ";
  }

  /** The options that hold for one bind of a frontend. */
  static ListenOptions options(FrontendConfig frontend, Address bind) {
    ListenOptions options = frontend.listen();
    // Of other addresses the option says nothing: a change of it must not open them anew.
    boolean v6 = bind instanceof Address.Tcp tcp && tcp.host().indexOf(':') >= 0;
    boolean v6only = options.v6only() && v6;
    return new ListenOptions(
        options.backlog(), options.deferAccept(), options.fastOpen(), v6only, options.unixFile());
  }

  /** The address of a bind that names one. */
  static SockAddr address(FrontendConfig frontend, Address bind) throws IOException {
    return Resolver.resolve(bind, "frontend " + frontend.name());
  }

  /**
   * A socket that listens on an address of its own.
   *
   * @throws IOException when it cannot be had, with what to do about it
   */
  ListenSocket open(FrontendConfig frontend, Address bind) throws IOException {
    SockAddr address = address(frontend, bind);
    ListenOptions options = options(frontend, bind);
    String name = KeptSockets.name(address, options);
    List<Integer> left = kept.claim(name);
    if (!left.isEmpty()) {
      try {
        return transport.transport().readopt(left.get(0), options, frontend.tcp());
      } catch (IOException e) {
        throw notKept(address.toString(), e);
      }
    }
    ListenSocket opened = open(address, options, frontend);
    kept.onOpened(name, opened);
    return opened;
  }

  /** A socket that was just let go of may be closed by who kept it a moment later. */
  private ListenSocket open(SockAddr address, ListenOptions options, FrontendConfig frontend)
      throws IOException {
    while (true) {
      try {
        return transport.transport().listen(address, options, frontend.tcp());
      } catch (IOException e) {
        boolean inUse =
            e.getCause() instanceof ErrnoException cause && cause.errno() == Errno.EADDRINUSE;
        if (!inUse || System.nanoTime() - takenUntilNs >= 0) {
          throw e;
        }
        LockSupport.parkNanos(LOOK_NS);
      }
    }
  }

  /**
   * The sockets that were handed over under the name of a bind.
   *
   * @param taken gets each of them as soon as it belongs to the proxy
   * @throws IOException when there are none of this name, or one of them is none to accept from
   */
  void takeOver(FrontendConfig frontend, Address.Systemd bind, Consumer<ListenSocket> taken)
      throws IOException {
    List<Integer> descriptors = inherited.get(bind.name());
    if (descriptors == null) {
      throw new IOException(
          subject(frontend, bind)
              + (inherited.isEmpty()
                  ? "no sockets were handed over; start the .socket unit, which starts the service"
                  : "only sockets named "
                      + quoted(inherited.keySet())
                      + " were handed over; FileDescriptorName= in the .socket unit names them"));
    }
    for (int descriptor : descriptors) {
      try {
        taken.accept(transport.transport().adopt(descriptor, frontend.tcp()));
      } catch (IOException e) {
        boolean portable = transport.transport().name().equals("nio");
        String reason = portable ? " (" + transport.reason() + ")" : "";
        throw new IOException(subject(frontend, bind) + e.getMessage() + reason, e);
      }
    }
  }

  /**
   * Makes sure that what was handed over has a frontend.
   *
   * @throws IOException when a name is claimed by none of {@code frontends}
   */
  void checkClaimed(Iterable<FrontendConfig> frontends) throws IOException {
    Set<String> unclaimed = new TreeSet<>(inherited.keySet());
    for (FrontendConfig frontend : frontends) {
      for (Address bind : frontend.binds()) {
        if (bind instanceof Address.Systemd named) {
          unclaimed.remove(named.name());
        }
      }
    }
    if (!unclaimed.isEmpty()) {
      throw new IOException(
          "no bind claims the inherited sockets named "
              + quoted(unclaimed)
              + ": add bind = \"systemd:"
              + unclaimed.iterator().next()
              + "\" to a frontend, or take them out of the .socket unit");
    }
  }

  private static String quoted(Set<String> names) {
    return "\"" + String.join("\", \"", new TreeSet<>(names)) + "\"";
  }

  /**
   * Lets go of kept sockets that no bind wants. Before anything is bound: an address that is kept
   * in vain may be a part of one that is not.
   */
  void releaseUnwanted(Iterable<FrontendConfig> frontends) throws IOException {
    if (kept.isEmpty()) {
      return;
    }
    Map<String, SockAddr> wanted = new LinkedHashMap<>();
    for (FrontendConfig frontend : frontends) {
      for (Address bind : frontend.binds()) {
        if (!(bind instanceof Address.Systemd)) {
          SockAddr address = address(frontend, bind);
          wanted.put(KeptSockets.name(address, options(frontend, bind)), address);
        }
      }
    }
    for (String name : kept.unwanted(wanted)) {
      forget.accept(name);
      takenUntilNs = System.nanoTime() + RELEASE_NS;
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

  /** Closes a socket that nobody wants any more. */
  void close(ListenSocket socket) {
    if (kept.onClosed(socket)) {
      takenUntilNs = System.nanoTime() + RELEASE_NS;
    }
    socket.leavePath(false);
    socket.close();
  }

  /**
   * Descriptors of the sockets that it opened and that the next process may go on with, by name.
   */
  Map<String, Integer> opened() {
    return kept.opened();
  }
}
