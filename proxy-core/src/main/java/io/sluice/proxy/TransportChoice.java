package io.sluice.proxy;

import io.sluice.config.PumpConfig;
import io.sluice.config.SluiceConfig;
import io.sluice.linux.SelfTest;
import io.sluice.transport.Transport;
import io.sluice.transport.epoll.EpollTransport;
import io.sluice.transport.nio.NioTransport;
import java.io.IOException;

/**
 * Which way to the operating system this machine gets, and why.
 *
 * @param transport the one to use
 * @param splices whether it can move bytes by splice(2)
 * @param reason one line for the operator
 */
public record TransportChoice(Transport transport, boolean splices, String reason) {

  /**
   * Runs the self test, unless {@code wanted} is {@code nio}, and decides. Takes about 150 ms the
   * first time.
   *
   * @throws IOException when {@code wanted} is {@code epoll} and the self test failed
   */
  public static TransportChoice choose(SluiceConfig.TransportChoice wanted, PumpConfig pump)
      throws IOException {
    if (wanted == SluiceConfig.TransportChoice.NIO) {
      return nio("asked for");
    }
    SelfTest.Result test = SelfTest.run();
    if (test.ok()) {
      return new TransportChoice(
          new EpollTransport(test.syscalls(), test.spliceWorks(), pump),
          test.spliceWorks(),
          test.reason());
    }
    if (wanted == SluiceConfig.TransportChoice.EPOLL) {
      throw new IOException(
          "transport epoll does not work here: " + test.reason() + "; use auto or nio");
    }
    return nio(test.reason());
  }

  private static TransportChoice nio(String reason) {
    return new TransportChoice(new NioTransport(), false, reason);
  }
}
