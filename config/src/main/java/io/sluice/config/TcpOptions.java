package io.sluice.config;

import java.time.Duration;

/**
 * Options of connected TCP sockets.
 *
 * @param nodelay TCP_NODELAY
 * @param keepAlive SO_KEEPALIVE
 * @param keepAliveIdle TCP_KEEPIDLE; zero means the system's value
 * @param keepAliveInterval TCP_KEEPINTVL; zero means the system's value
 * @param keepAliveCount TCP_KEEPCNT; 0 means the system's value
 * @param userTimeout TCP_USER_TIMEOUT; zero means the system's value
 * @param receiveBufferBytes SO_RCVBUF; 0 means the kernel tunes it
 * @param sendBufferBytes SO_SNDBUF; 0 means the kernel tunes it
 * @param congestionControl TCP_CONGESTION; empty means the system's default
 * @param source of connections to servers
 */
public record TcpOptions(
    boolean nodelay,
    boolean keepAlive,
    Duration keepAliveIdle,
    Duration keepAliveInterval,
    int keepAliveCount,
    Duration userTimeout,
    int receiveBufferBytes,
    int sendBufferBytes,
    String congestionControl,
    SourceAddress source) {

  /** From whatever source. */
  public TcpOptions(
      boolean nodelay,
      boolean keepAlive,
      Duration keepAliveIdle,
      Duration keepAliveInterval,
      int keepAliveCount,
      Duration userTimeout,
      int receiveBufferBytes,
      int sendBufferBytes,
      String congestionControl) {
    this(
        nodelay,
        keepAlive,
        keepAliveIdle,
        keepAliveInterval,
        keepAliveCount,
        userTimeout,
        receiveBufferBytes,
        sendBufferBytes,
        congestionControl,
        SourceAddress.ANY);
  }

  /** The same from a source of its own. */
  public TcpOptions from(SourceAddress other) {
    return new TcpOptions(
        nodelay,
        keepAlive,
        keepAliveIdle,
        keepAliveInterval,
        keepAliveCount,
        userTimeout,
        receiveBufferBytes,
        sendBufferBytes,
        congestionControl,
        other);
  }
}
