/**
 * Measures Sluice beside its peers in one run, interleaved, on the loopback interface.
 *
 * <p>{@link io.sluice.bench.Bench} is the program. Below it: {@code report} renders, {@code
 * workload} says what is done and measured, {@code peer} starts and stops the contenders, {@code
 * load} is the client and the server at the two ends, {@code proc} reads /proc, {@code figures} is
 * arithmetic, {@code goals} lists the numbers to be reached. Nothing depends on this module.
 */
package io.sluice.bench;
