package io.sluice.transport;

import io.sluice.linux.LinuxSyscalls;
import io.sluice.transport.epoll.EpollTransport;
import java.io.IOException;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(value = OS.LINUX, disabledReason = "epoll is Linux'")
final class EpollTransportContractTest extends TransportContractTest {

  @Override
  Transport transport() throws IOException {
    return new EpollTransport(LinuxSyscalls.open(), true, ContractFixture.PUMP);
  }

  @Override
  long maxBytesPerEvent() {
    return 0;
  }
}
