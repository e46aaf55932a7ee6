/**
 * Servers found by name: what DNS says, and which slot of a backend serves which address.
 *
 * <p>Imports {@code backend} and what is below it. {@link io.sluice.discovery.SlotTable} decides
 * and has no clock and no sockets of its own; {@link io.sluice.discovery.DnsSource} asks; {@link
 * io.sluice.discovery.Discovery} owns the one thread on which answers are taken in.
 */
package io.sluice.discovery;
