/**
 * Balancing algorithms, one file each. {@link io.sluice.backend.balance.Balancing} is the algorithm
 * of a backend, {@link io.sluice.backend.balance.Balancer} the choice among the servers that are
 * usable at one moment: made anew when they change, so that choosing is a look at arrays.
 *
 * <p>Knows nothing of {@code backend}, which imports it. Shared by all loops; never blocks.
 */
package io.sluice.backend.balance;
