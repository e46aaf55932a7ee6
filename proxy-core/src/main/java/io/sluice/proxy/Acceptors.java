package io.sluice.proxy;

import io.sluice.session.Acceptor;
import io.sluice.session.Frontend;
import io.sluice.session.SessionLoop;
import io.sluice.transport.ListenSocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Every loop's share in accepting from every listening socket.
 *
 * <p>Invariant: the acceptors of a loop are touched on its thread only. So a listening socket may
 * be closed when every loop has run {@link #apply} without it.
 */
final class Acceptors {

  /**
   * Whose connections those of a socket are.
   *
   * @param bind place of the socket among those of the frontend, from 1
   */
  record Owner(Frontend frontend, int bind) {}

  private final List<Map<ListenSocket, Acceptor>> byLoop = new ArrayList<>();

  /** Of {@code loops} loops, without sockets yet. */
  Acceptors(int loops) {
    for (int i = 0; i < loops; i++) {
      byLoop.add(new HashMap<>());
    }
  }

  /** Accepts from {@code sockets} on the loop of {@code sessions} from now on, and no others. */
  void apply(SessionLoop sessions, Map<ListenSocket, Owner> sockets) {
    Map<ListenSocket, Acceptor> own = byLoop.get(sessions.loop().index());
    own.entrySet()
        .removeIf(
            entry -> {
              boolean gone = !sockets.containsKey(entry.getKey());
              if (gone) {
                entry.getValue().finish();
              }
              return gone;
            });
    sockets.forEach(
        (socket, owner) -> {
          Acceptor acceptor = own.get(socket);
          if (acceptor == null) {
            acceptor = new Acceptor(sessions, socket, owner.frontend(), owner.bind());
            own.put(socket, acceptor);
            acceptor.start();
          } else {
            acceptor.serve(owner.frontend(), owner.bind());
          }
        });
  }

  /** Accepts nothing any more on the loop of {@code sessions}; who waits is not taken. */
  void stop(SessionLoop sessions) {
    Map<ListenSocket, Acceptor> own = byLoop.get(sessions.loop().index());
    own.values().forEach(Acceptor::stop);
    own.clear();
  }
}
