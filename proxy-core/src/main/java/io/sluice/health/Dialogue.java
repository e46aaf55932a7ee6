package io.sluice.health;

import io.sluice.transport.StreamSocket;

/**
 * What one run of a check says and hears over its connection. Loop thread; never blocks; takes in
 * no more than a bounded number of bytes, whatever the server sends.
 */
interface Dialogue {

  /**
   * Goes on as far as the socket lets it. Called once connected and whenever the socket's readiness
   * may have changed.
   *
   * @return null as long as it is not over
   */
  Verdict advance(StreamSocket socket);

  /** What it means that the time is over now, after the connection came about. */
  Verdict onTimeout();

  /** What is added to the words of a connection that did not come about. */
  default String whereConnecting() {
    return "";
  }

  /** Whether it belongs to connecting: then the time for an answer does not begin before it. */
  default boolean isHandshake() {
    return false;
  }

  /** Makes the dialogues of one check of one server. */
  @FunctionalInterface
  interface Opening {
    /**
     * A dialogue for one run.
     *
     * @param wake makes the run call {@link Dialogue#advance} soon; any thread
     */
    Dialogue open(Runnable wake);
  }
}
