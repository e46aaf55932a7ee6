/**
 * Servers found by name: what DNS says, and which slot of a backend serves which address.
 *
 * <p>Imports {@code backend} and what is below it; alone names the DNS library. {@link
 * io.sluice.discovery.SlotTable} decides and has neither clock nor sockets; {@link
 * io.sluice.discovery.DnsSource} asks; {@link io.sluice.discovery.Discovery} does so again and
 * again, on the one thread that is a {@link io.sluice.discovery.DiscoveryThread}.
 */
package io.sluice.discovery;
