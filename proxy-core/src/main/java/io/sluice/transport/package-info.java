/**
 * The way to the operating system, as the rest of the proxy sees it: a {@link
 * io.sluice.transport.Transport} for the process, a {@link io.sluice.transport.Poller} for each
 * event loop, {@link io.sluice.transport.StreamSocket}s, and the {@link io.sluice.transport.Pump}
 * that moves the bytes of one flow.
 *
 * <p>Two implementations keep one contract: {@code transport.epoll} (system calls of our own,
 * splice) and {@code transport.nio} (the JDK's channels, copying). Nothing but {@code proxy} names
 * them, and they never name each other.
 *
 * <p>Results are those of the kernel on every platform: a count, 0 for EOF and only EOF, or {@code
 * -errno} as {@link io.sluice.linux.Errno} numbers it. Readiness is remembered, not asked for: a
 * socket says that it is readable until a fill found it empty.
 *
 * <p>Thread rule: a Poller and all that it made belong to one thread. A Transport and a
 * ListenSocket may be used by all loops; {@link io.sluice.transport.Poller#wakeup} by any thread.
 */
package io.sluice.transport;
