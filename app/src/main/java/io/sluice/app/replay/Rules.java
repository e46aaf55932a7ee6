package io.sluice.app.replay;

/**
 * How sessions are replayed.
 *
 * @param speed of recordings that have times
 * @param compare whether answers are compared with the recorded ones
 * @param causal whether bytes wait for as many answers as were recorded before them
 * @param timeoutNs how long the server may be silent, or take to connect
 */
public record Rules(Speed speed, boolean compare, boolean causal, long timeoutNs) {}
