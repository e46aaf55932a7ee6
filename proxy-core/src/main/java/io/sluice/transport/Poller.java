package io.sluice.transport;

import io.sluice.config.TcpOptions;
import io.sluice.linux.SockAddr;

/**
 * One loop's readiness, sockets and pumps. Everything but {@link #wakeup} belongs to the loop's
 * thread.
 *
 * <p>Invariant: an event that the kernel reported for a socket that has since been closed reaches
 * nobody, even if its descriptor has been used again within the same batch.
 */
public interface Poller extends AutoCloseable {

  /** Told that a socket's readiness may have changed, during {@link #poll}. */
  @FunctionalInterface
  interface ReadyHandler {
    /** Must be quick and must not move bytes: the rest of the batch waits. */
    void onReady();
  }

  /**
   * Waits for readiness at most {@code timeoutMs} milliseconds (0: not at all, -1: without limit),
   * records it in the sockets and calls their handlers. Returns the number of events.
   */
  int poll(int timeoutMs);

  /** Ends a {@link #poll} that waits, or the next one. Any thread. */
  void wakeup();

  /**
   * Starts to report connections that wait at {@code socket}: level-triggered, so the handler is
   * called in every poll until they are accepted or {@link #unwatch} is called. Returns 0 or {@code
   * -errno}: for want of memory, or over fs.epoll.max_user_watches (epoll_ctl(2)).
   */
  int watch(ListenSocket socket, ReadyHandler onAcceptable);

  /** Stops reporting connections that wait at {@code socket}; they stay in the kernel's backlog. */
  void unwatch(ListenSocket socket);

  /**
   * Takes one waiting connection. The result belongs to no loop until {@link #attach} is called, by
   * this loop's poller or by another's.
   *
   * @return null when there is none or it failed: {@link #lastError} then says why
   */
  StreamSocket accept(ListenSocket socket);

  /** Begins to report the readiness of an accepted socket; returns 0 or {@code -errno}. */
  int attach(StreamSocket socket, ReadyHandler handler);

  /**
   * Begins to connect. The outcome is asked from {@link StreamSocket#finishConnect} when the socket
   * becomes ready.
   *
   * @return null when it failed at once: {@link #lastError} then says why
   */
  StreamSocket connect(SockAddr address, TcpOptions options, ReadyHandler handler);

  /** The {@code -errno} behind the last null that {@link #accept} or {@link #connect} returned. */
  int lastError();

  /** The pump that moves bytes from {@code source} to {@code target}, both attached here. */
  Pump pump(StreamSocket source, StreamSocket target, FlowCounters counters);

  /** An empty backlog for at most {@code maxBytes}, of flows of this loop. */
  Backlog backlog(int maxBytes);

  /** What this poller holds now. */
  Usage usage();

  /**
   * What a poller holds: all zero once every session is closed.
   *
   * @param sockets attached and connecting sockets
   * @param pipesInUse pipes with bytes in flight
   * @param pipesIdle empty pipes kept for the next flow
   * @param buffersInUse copy buffers with bytes that wait for a blocked target
   * @param staleEvents events dropped because their socket had been closed, ever
   * @param runtPipes pipes that the kernel made too small to be used, ever
   */
  record Usage(
      int sockets,
      int pipesInUse,
      int pipesIdle,
      int buffersInUse,
      long staleEvents,
      long runtPipes) {}

  /** Releases everything; sockets still open are reset. */
  @Override
  void close();
}
