package io.sluice.proxy;

import io.sluice.config.Address;
import io.sluice.config.FrontendConfig;
import io.sluice.config.ListenOptions;
import io.sluice.config.TcpOptions;
import io.sluice.linux.SockAddr;
import io.sluice.transport.ListenSocket;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listening sockets of a proxy, by frontend, in the order of its binds; a bind of inherited
 * sockets may have several.
 *
 * <p>A reload goes on with the sockets whose address is still wanted, by whichever frontend, so
 * that no client that waits in a backlog is lost.
 *
 * <p>Invariant: a socket is in the table, or belongs to a {@link Plan} that is neither carried out
 * nor given up, or is closed. Closed once.
 */
final class Listeners {
  private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

  /**
   * A socket and what it was asked for.
   *
   * @param address as it was asked for; null for those that were handed over
   */
  private record Bound(
      String frontend,
      Address bind,
      SockAddr address,
      ListenOptions options,
      TcpOptions tcp,
      ListenSocket socket) {

    static Bound of(FrontendConfig frontend, Address bind, SockAddr address, ListenSocket socket) {
      ListenOptions options = SocketSource.options(frontend, bind);
      return new Bound(frontend.name(), bind, address, options, frontend.tcp(), socket);
    }
  }

  private final SocketSource source;
  private volatile Map<String, List<Bound>> byFrontend = Map.of();
  private volatile boolean pathsStay;
  private boolean closed;

  /** None yet. */
  Listeners(SocketSource source) {
    this.source = source;
  }

  /** What is to become of the sockets; clients see nothing of it but that they may connect. */
  final class Plan implements AutoCloseable {
    private final Map<String, List<Bound>> next = new LinkedHashMap<>();

    /** Those that no bind has claimed. */
    private final List<Bound> left = new ArrayList<>();

    private final List<ListenSocket> opened = new ArrayList<>();

    /** Those that have other options now, as they were. */
    private final List<Bound> adjusted = new ArrayList<>();

    private Plan() {
      byFrontend.values().forEach(left::addAll);
    }

    private void add(FrontendConfig frontend, Address bind) throws IOException {
      List<Bound> own = next.computeIfAbsent(frontend.name(), name -> new ArrayList<>());
      if (bind instanceof Address.Systemd named) {
        List<Bound> found = claim(bound -> bound.bind.equals(bind));
        for (Bound before : found) {
          own.add(adjust(before, frontend, bind));
        }
        if (found.isEmpty()) {
          source.takeOver(
              frontend,
              named,
              socket -> {
                opened.add(socket);
                own.add(Bound.of(frontend, bind, null, socket));
              });
        }
        return;
      }
      SockAddr address = SocketSource.address(frontend, bind);
      boolean v6only = SocketSource.options(frontend, bind).v6only();
      boolean anyPort = !address.isUnix() && address.port() == 0;
      List<Bound> found =
          claim(
              bound ->
                  address.equals(bound.address)
                      && bound.options.v6only() == v6only
                      && (!anyPort || bound.frontend.equals(frontend.name())));
      if (found.isEmpty()) {
        ListenSocket socket = source.open(frontend, bind);
        opened.add(socket);
        own.add(Bound.of(frontend, bind, address, socket));
      } else {
        left.addAll(found.subList(1, found.size())); // Several of a port of the kernel's choice.
        own.add(adjust(found.get(0), frontend, bind));
      }
    }

    private List<Bound> claim(Predicate<Bound> which) {
      List<Bound> claimed = left.stream().filter(which).toList();
      left.removeAll(claimed);
      return claimed;
    }

    private Bound adjust(Bound before, FrontendConfig frontend, Address bind) throws IOException {
      Bound after = Bound.of(frontend, bind, before.address, before.socket);
      if (!after.options.equals(before.options) || !after.tcp.equals(before.tcp)) {
        adjusted.add(before);
        try {
          before.socket.adjust(after.options, after.tcp);
        } catch (IOException e) {
          throw new IOException(SocketSource.subject(frontend, bind) + e.getMessage(), e);
        }
      }
      return after;
    }

    /** Carries it out. What nobody wants any more goes on listening until {@link #closeLeft}. */
    void commit() {
      byFrontend = next;
      leavePaths(pathsStay); // Of the new ones.
      opened.clear();
      adjusted.clear();
    }

    /** Closes what nobody wants any more, once no loop accepts from it. */
    void closeLeft() {
      left.forEach(bound -> source.close(bound.socket));
      left.clear();
    }

    /** Leaves everything as it was, unless it was carried out. */
    @Override
    public void close() {
      opened.forEach(source::close);
      opened.clear();
      for (Bound bound : adjusted) {
        try {
          bound.socket.adjust(bound.options, bound.tcp);
        } catch (IOException e) {
          LOG.warn("{}: cannot restore its options: {}", bound.socket.address(), e.getMessage());
        }
      }
      adjusted.clear();
    }
  }

  /**
   * Opens or takes over what the binds of {@code frontends} name, beside what there is.
   *
   * @throws IOException when one cannot be had, or nobody claims one that was handed over; nothing
   *     has changed then
   */
  Plan plan(Iterable<FrontendConfig> frontends) throws IOException {
    source.releaseUnwanted(frontends);
    Plan plan = new Plan();
    try {
      for (FrontendConfig frontend : frontends) {
        for (Address bind : frontend.binds()) {
          plan.add(frontend, bind);
        }
      }
      source.checkClaimed(frontends);
      return plan;
    } catch (IOException | RuntimeException e) {
      plan.close();
      throw e;
    }
  }

  /**
   * The address of one socket.
   *
   * @throws IllegalArgumentException when there is no such frontend or socket
   */
  SockAddr address(String frontend, int place) {
    List<Bound> sockets = byFrontend.get(frontend);
    if (sockets == null || place < 0 || place >= sockets.size()) {
      throw new IllegalArgumentException("no bind " + place + " in frontend \"" + frontend + "\"");
    }
    return sockets.get(place).socket.address();
  }

  /** Every address, by frontend. */
  Map<String, List<SockAddr>> addresses() {
    Map<String, List<SockAddr>> all = new LinkedHashMap<>();
    byFrontend.forEach(
        (frontend, sockets) ->
            all.put(frontend, sockets.stream().map(bound -> bound.socket.address()).toList()));
    return all;
  }

  /**
   * Descriptors of the sockets that were opened here and that the next process may go on with, by
   * name.
   */
  Map<String, Integer> opened() {
    return source.opened();
  }

  /** Calls {@code action} with each frontend's name and each of its sockets. */
  void forEach(BiConsumer<String, ListenSocket> action) {
    byFrontend.forEach(
        (frontend, sockets) -> sockets.forEach(bound -> action.accept(frontend, bound.socket)));
  }

  /**
   * Whether the paths of UNIX sockets that the proxy has made stay when it ends, because the next
   * process goes on with the sockets. At first they do not.
   */
  void leavePaths(boolean stay) {
    pathsStay = stay;
    forEach((frontend, socket) -> socket.leavePath(stay));
  }

  /** Closes all, once: a UNIX path may be a successor's by the next time. */
  void close() {
    if (!closed) {
      closed = true;
      forEach((frontend, socket) -> socket.close());
    }
  }
}
