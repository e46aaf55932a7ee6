package io.sluice.discovery;

/**
 * How often a name is asked for, and for how long an answer stays, in nanoseconds.
 *
 * @param shortestNs an answer is not asked for again before that, whatever its TTL
 * @param longestNs an answer is asked for again after that, whatever its TTL
 * @param retryNs after a failure
 * @param holdGoneNs how long an address stays that answers leave out
 * @param holdFailureNs how long the last good answer stays; {@link Long#MAX_VALUE} for ever
 */
public record DiscoveryTerms(
    long shortestNs, long longestNs, long retryNs, long holdGoneNs, long holdFailureNs) {}
