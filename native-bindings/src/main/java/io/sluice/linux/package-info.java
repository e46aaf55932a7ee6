/**
 * Linux system calls for the proxy, through jnr-ffi; knows nothing of the proxy.
 *
 * <p>Priorities, in this order: the right bytes to the right descriptor; nothing allocated and
 * nothing thrown per call; the words of the man pages; little code.
 *
 * <p>Three floors, each seen only by the next: {@code LibC} is the C library in the shape that
 * jnr-ffi binds as native methods; {@link io.sluice.linux.Syscalls} speaks the kernel's convention,
 * a result or {@code -errno}, and can be replaced to inject faults; the owners ({@link
 * io.sluice.linux.Fd}, {@link io.sluice.linux.Pipe}, {@link io.sluice.linux.Epoll}, {@link
 * io.sluice.linux.EventFd}, {@link io.sluice.linux.Folder}) hold what must be closed once. {@link
 * io.sluice.linux.SelfTest} decides at start-up whether all this works here.
 *
 * <p>{@link io.sluice.linux.Errno}, {@link io.sluice.linux.ErrnoException} and {@link
 * io.sluice.linux.SockAddr} are plain Java and usable without native code on any platform.
 *
 * <p>Thread rule: {@code Syscalls} by any thread, an owner by one thread; {@code EventFd.signal} is
 * the exception. Only this package imports {@code jnr.ffi} and {@code com.kenai.jffi}.
 */
package io.sluice.linux;
