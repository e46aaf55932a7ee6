package io.sluice.transport;

import io.sluice.transport.nio.NioTransport;

class NioTransportContractTest extends TransportContractTest {

  @Override
  Transport transport() {
    return new NioTransport();
  }

  /** The JDK's selector boxes the descriptor of an event; nothing else may be allocated. */
  @Override
  long maxBytesPerEvent() {
    return 64;
  }
}
