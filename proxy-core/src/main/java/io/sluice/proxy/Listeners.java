package io.sluice.proxy;

import io.sluice.config.Address;
import io.sluice.config.FrontendConfig;
import io.sluice.config.ListenOptions;
import io.sluice.linux.SockAddr;
import io.sluice.transport.ListenSocket;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/**
 * The listening sockets of a proxy, by frontend, in the order of its binds: those that it opened
 * itself and those that were handed over, of which one bind may have several.
 *
 * <p>Invariant: every socket that was handed over has one frontend, or nothing was started. Closed
 * once.
 */
final class Listeners {
  private final TransportChoice transport;
  private final Map<String, List<Integer>> inherited;
  private final Set<String> claimed = new LinkedHashSet<>();
  private final Map<String, List<ListenSocket>> byFrontend = new LinkedHashMap<>();
  private boolean closed;

  /**
   * None yet.
   *
   * @param inherited listening descriptors by name
   */
  Listeners(TransportChoice transport, Map<String, List<Integer>> inherited) {
    this.transport = transport;
    this.inherited = inherited;
  }

  /**
   * Opens or takes over what the binds of {@code frontends} name.
   *
   * @throws IOException when one cannot be had, or nobody claims one that was handed over; what was
   *     opened until then is for {@link #close}
   */
  void open(Iterable<FrontendConfig> frontends) throws IOException {
    for (FrontendConfig frontend : frontends) {
      List<ListenSocket> sockets = new ArrayList<>();
      byFrontend.put(frontend.name(), sockets);
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
    return transport.transport().listen(address, options, frontend.tcp());
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
