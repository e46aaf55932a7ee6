/**
 * Who is let in: lists of addresses, limits for each source, rates. Decisions only; what becomes of
 * a connection that is refused is carried out by {@code session}.
 *
 * <p>Imports {@code config}, {@code stats} and the addresses of {@code linux}. Everything is shared
 * by all loops and thread-safe.
 */
package io.sluice.admission;
