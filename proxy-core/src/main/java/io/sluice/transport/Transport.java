package io.sluice.transport;

import io.sluice.config.ListenOptions;
import io.sluice.config.PumpConfig;
import io.sluice.config.TcpOptions;
import io.sluice.linux.SockAddr;
import java.io.IOException;

/**
 * The process' way to the operating system: makes listening sockets, which all loops share, and one
 * {@link Poller} for each loop. Thread-safe.
 */
public interface Transport {

  /** {@code epoll} or {@code nio}, as operators write it. */
  String name();

  /**
   * Binds and listens.
   *
   * <p>A UNIX path left behind by a dead process is reused, one on which a process still listens is
   * refused. {@code tcp} holds for the connections accepted here.
   *
   * @throws IOException with the address, the reason, and what to do about it
   */
  ListenSocket listen(SockAddr address, ListenOptions options, TcpOptions tcp) throws IOException;

  /**
   * A poller for one event loop, which from then on is the only thread to use it.
   *
   * @throws IOException when the process is out of descriptors
   */
  Poller openPoller(PumpConfig pump) throws IOException;
}
