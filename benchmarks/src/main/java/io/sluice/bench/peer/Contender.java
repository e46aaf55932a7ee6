package io.sluice.bench.peer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Something that stands between client and server and is compared with the others. */
public interface Contender {

  /** The short name, unique among contenders. */
  String name();

  /** One line for the report: version and what is special about the configuration. */
  String description();

  /** Empty when it can run; otherwise what is missing and how to install it. */
  Optional<String> missing();

  /** True for Sluice in one of its modes, false for a peer. */
  boolean isSluice();

  /**
   * Starts it between two loopback ports and returns when it listens.
   *
   * @param work an empty folder for its files
   * @throws IOException when it does not listen in time; its own words are in the message
   */
  Running start(int listenPort, int targetPort, Path work) throws IOException;
}
