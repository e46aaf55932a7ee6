package io.sluice.transport;

import io.sluice.transport.nio.NioTransport;

class NioTransportContractTest extends TransportContractTest {

  @Override
  Transport transport() {
    return new NioTransport();
  }

  /**
   * The JDK's selector boxes the descriptor of an event, 16 bytes from 128 on; measured with small
   * descriptors: 0. Twice that leaves room for a JDK that does more.
   */
  @Override
  long maxBytesPerEvent() {
    return 32;
  }
}
