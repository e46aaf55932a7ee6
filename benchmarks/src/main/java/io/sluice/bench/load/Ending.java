package io.sluice.bench.load;

/** Who ends a short connection, and how. */
public enum Ending {
  /** The client closes with SO_LINGER 0. */
  CLIENT_RESET,
  /** The client closes, the server follows. */
  CLIENT_FIN,
  /** The server closes after its answer, the client follows. */
  SERVER_FIN
}
