package io.sluice.bench.peer;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/**
 * Where a contender is put.
 *
 * @param listenHost the address to listen on, which clients connect to
 * @param targetHost the address of the server behind it
 * @param mirrorPort of the mirror, which has the target's address; empty where there is none
 * @param prefix what its command line begins with: another network namespace, a CPU; may be empty
 * @param work an empty folder for its files
 */
public record Place(
    String listenHost,
    int listenPort,
    String targetHost,
    int targetPort,
    OptionalInt mirrorPort,
    List<String> prefix,
    Path work) {

  /** Defensive copy of the prefix. */
  public Place {
    prefix = List.copyOf(prefix);
  }

  /** {@code host:port} of the listening address. */
  String listen() {
    return listenHost + ":" + listenPort;
  }

  /** {@code host:port} of the server. */
  String target() {
    return targetHost + ":" + targetPort;
  }

  /** {@code host:port} of the mirror. */
  String mirror() {
    return targetHost + ":" + mirrorPort.orElseThrow();
  }
}
