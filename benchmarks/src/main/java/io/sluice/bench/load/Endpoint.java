package io.sluice.bench.load;

import java.io.IOException;
import java.nio.channels.SelectionKey;

/** The attachment of a selection key; called on its loop's thread only. */
interface Endpoint {

  /** The channel is ready for what its key says. Throwing means the connection has failed. */
  void onReady(SelectionKey key) throws IOException;

  /** The connection has failed and its channel is closed already. */
  void onFailure(IOException cause);
}
