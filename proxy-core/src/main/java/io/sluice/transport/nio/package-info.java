/**
 * The portable transport: the JDK's selector and channels, direct buffers, copying only. It makes
 * no native call of its own and runs wherever the JDK does.
 *
 * <p>The selector reports levels, the contract of {@code io.sluice.transport} is remembered
 * readiness: {@link io.sluice.transport.nio.NioStreamSocket} turns one into the other.
 *
 * <p>May import {@code io.sluice.transport}, {@code config}, and the plain Java part of {@code
 * linux} (addresses and error numbers). Only {@code proxy} names this package.
 */
package io.sluice.transport.nio;
