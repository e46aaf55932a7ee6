package io.sluice.transport;

import io.sluice.config.ListenOptions;
import io.sluice.config.TcpOptions;
import io.sluice.linux.SockAddr;
import java.io.IOException;

/**
 * A listening socket, shared by all loops: each may watch it through its own {@link Poller}, and a
 * waiting connection wakes as few of them as the platform can manage.
 *
 * <p>Thread-safe. Closed once, after every poller has stopped watching it.
 */
public interface ListenSocket extends AutoCloseable {

  /** The address it is bound to, with the port that the kernel chose where 0 was asked for. */
  SockAddr address();

  /** The descriptor, to be handed to others; -1 where the platform hides it. */
  int descriptor();

  /**
   * Goes on with other options: connections that come from now on have those of {@code tcp}. Of a
   * socket that was {@link Transport#adopt adopted} the {@code options} stay as whoever opened it
   * wanted them. {@code v6only} cannot change.
   *
   * @throws IOException with the option that the kernel refuses; some of those before it may hold
   */
  void adjust(ListenOptions options, TcpOptions tcp) throws IOException;

  /**
   * What tells the file at its UNIX path from every other that has been or will be there while the
   * socket is open; empty where this proxy has made none.
   */
  default String pathIdentity() {
    return "";
  }

  /**
   * Whether the UNIX path stays when this is closed, because another process goes on with the
   * socket. At first it does not.
   */
  default void leavePath(boolean stays) {}

  /**
   * Stops listening; connections that nobody accepted are reset unless another process has the
   * socket too. Removes the path of a UNIX socket that this proxy has made, unless it is to be
   * left.
   */
  @Override
  void close();
}
