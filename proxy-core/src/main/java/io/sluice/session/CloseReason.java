package io.sluice.session;

import io.sluice.linux.Errno;
import io.sluice.stats.Counter;

/**
 * Why a session ended: the two-letter termination state of HAProxy's tcplog (configuration manual,
 * section 8.5), words, and the counter that it adds to.
 */
public enum CloseReason {
  NORMAL("--", Counter.CLOSED_NORMALLY, "both sides finished"),
  CLIENT_RESET("CD", Counter.CLOSED_BY_CLIENT, "client reset the connection"),
  CLIENT_GONE_QUEUED("CQ", Counter.CLOSED_BY_CLIENT, "client left while it waited in a queue"),
  CLIENT_GONE_CONNECTING(
      "CC", Counter.CLOSED_BY_CLIENT, "client left while a server was being connected to"),
  SERVER_RESET("SD", Counter.CLOSED_BY_SERVER, "server reset the connection"),
  NO_SERVER("SC", Counter.CLOSED_NO_SERVER, "no server is usable"),
  QUEUE_TIMEOUT("sQ", Counter.CLOSED_NO_SERVER, "no server had room within queue timeout"),
  CONNECT_FAILED("SC", Counter.CLOSED_NO_SERVER, "no server accepted the connection"),
  CONNECT_TIMEOUT("sC", Counter.CLOSED_NO_SERVER, "no server answered within connect timeout"),
  CLIENT_TIMEOUT("cD", Counter.CLOSED_CLIENT_TIMEOUT, "client inactive beyond its timeout"),
  SERVER_TIMEOUT("sD", Counter.CLOSED_SERVER_TIMEOUT, "server inactive beyond its timeout"),
  OUT_OF_RESOURCES("RC", Counter.CLOSED_RESOURCES, "out of descriptors, ports or memory"),
  KILLED("K-", Counter.CLOSED_KILLED, "closed by shutdown"),
  KILLED_BY_OPERATOR("K-", Counter.CLOSED_KILLED, "closed by an operator"),
  SERVER_DOWN("D-", Counter.CLOSED_SERVER_DOWN, "server went down"),
  BACKUP_RELIEVED("U-", Counter.CLOSED_BACKUP, "a server came up that is no backup"),
  DRAINED("K-", Counter.CLOSED_KILLED, "closed at the end of its server's drain"),
  OUTLIVED("K-", Counter.CLOSED_LIFETIME, "lived as long as max-lifetime lets it"),
  NO_PROXY_HEADER("PR", Counter.CLOSED_PROXY_HEADER, "no valid PROXY header"),
  DENIED("PR", Counter.CLOSED_DENIED, "client is not let in"),
  INTERNAL_ERROR("ID", Counter.CLOSED_INTERNAL, "internal error");

  private final String state;
  private final Counter counter;
  private final String words;

  CloseReason(String state, Counter counter, String words) {
    this.state = state;
    this.counter = counter;
    this.words = words;
  }

  /** Why a session ends whose last attempt to connect failed with {@code errno}. */
  static CloseReason ofConnect(int errno) {
    return switch (errno) {
      case Errno.EMFILE,
          Errno.ENFILE,
          Errno.ENOBUFS,
          Errno.ENOMEM,
          Errno.ENOSPC, // epoll_ctl(2): over fs.epoll.max_user_watches.
          Errno.EADDRNOTAVAIL ->
          OUT_OF_RESOURCES;
      case Errno.ETIMEDOUT -> CONNECT_TIMEOUT;
      default -> CONNECT_FAILED;
    };
  }

  /** HAProxy's termination state. */
  public String state() {
    return state;
  }

  /** What a session that ends so adds to. */
  public Counter counter() {
    return counter;
  }

  /** For people. */
  public String words() {
    return words;
  }
}
