package io.sluice.bench.peer;

import io.sluice.bench.load.MirrorManner;
import java.io.IOException;
import java.util.Optional;

/** Something that stands between client and server and is compared with the others. */
public interface Contender {

  /** The short name, unique among contenders. */
  String name();

  /** One line for the report: version and what is special about the configuration. */
  String description();

  /** Empty when it can run; otherwise what is missing and how to install it. */
  Optional<String> missing();

  /** False when clients talk to the server directly. */
  default boolean hasProcess() {
    return true;
  }

  /** True for Sluice in one of its modes, false for a peer. */
  boolean isSluice();

  /** What the mirror does that it has beside its server; empty when it has none. */
  default Optional<MirrorManner> mirror() {
    return Optional.empty();
  }

  /** True for one without a mirror that those with one are compared with. */
  default boolean isMirrorYardstick() {
    return false;
  }

  /**
   * Sockets and pipe ends that it holds for one idle session; more sessions than its descriptors
   * allow are not asked of it.
   */
  default int descriptorsPerSession() {
    return 2;
  }

  /**
   * Starts it and returns when it listens.
   *
   * @throws IOException when it does not listen in time; its own words are in the message
   */
  Running start(Place place) throws IOException;
}
