/**
 * The native transport: our own sockets, edge-triggered epoll, splice(2) and copying.
 *
 * <p>Ownership: the {@link io.sluice.transport.epoll.EpollTransport} owns what the process shares
 * (the self test's result, the page budget of all pipes); each EpollPoller owns its epoll, its
 * event descriptor, its shared copy buffer, its pipe pool and its sockets' slots; an EpollSocket
 * owns one descriptor; an AdaptivePump borrows a pipe or a buffer while bytes are in flight.
 *
 * <p>Edge-triggered: a descriptor is added once with every event it will ever need, and the socket
 * remembers what was reported until a call finds EAGAIN. See epoll(7), tcp(7), splice(2).
 */
package io.sluice.transport.epoll;
