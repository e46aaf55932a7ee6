package io.sluice.transport;

import java.io.IOException;
import org.junit.jupiter.api.Nested;

/**
 * What every transport must do, with real sockets on loopback. A transport is tested by a subclass
 * that makes it; the behaviours stand in the contracts, by subject.
 */
abstract class TransportContractTest {

  /** A fresh transport for one test. */
  abstract Transport transport() throws IOException;

  /** Java heap bytes that a loop may allocate for one event of a steady small-message flow. */
  abstract long maxBytesPerEvent();

  @Nested
  class Listening extends ListenContract {
    @Override
    Transport newTransport() throws IOException {
      return transport();
    }
  }

  @Nested
  class ListeningAtPaths extends UnixContract {
    @Override
    Transport newTransport() throws IOException {
      return transport();
    }
  }

  @Nested
  class Connecting extends ConnectContract {
    @Override
    Transport newTransport() throws IOException {
      return transport();
    }
  }

  @Nested
  class ConnectingFromSources extends SourceContract {
    @Override
    Transport newTransport() throws IOException {
      return transport();
    }
  }

  @Nested
  class Polling extends ReadinessContract {
    @Override
    Transport newTransport() throws IOException {
      return transport();
    }
  }

  @Nested
  class Looking extends PeekContract {
    @Override
    Transport newTransport() throws IOException {
      return transport();
    }
  }

  @Nested
  class Pumping extends PumpContract {
    @Override
    Transport newTransport() throws IOException {
      return transport();
    }

    @Override
    long maxBytesPerEvent() {
      return TransportContractTest.this.maxBytesPerEvent();
    }
  }

  @Nested
  class SayingAndHearing extends BytesContract {
    @Override
    Transport newTransport() throws IOException {
      return transport();
    }
  }

  @Nested
  class WaitingForMirrors extends BacklogContract {
    @Override
    Transport newTransport() throws IOException {
      return transport();
    }
  }

  @Nested
  class WritingFiles extends FileContract {
    @Override
    Transport newTransport() throws IOException {
      return transport();
    }
  }

  @Nested
  class Closing extends CloseContract {
    @Override
    Transport newTransport() throws IOException {
      return transport();
    }
  }
}
