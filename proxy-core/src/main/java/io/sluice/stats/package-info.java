/**
 * What is counted, and what is told. {@link io.sluice.stats.Counter} is the one list; a {@link
 * io.sluice.stats.CounterSet} holds the values of one scope (a loop, a frontend, a backend, a
 * server), one array for each loop, so that counting never contends. A {@link
 * io.sluice.stats.LogLine} is what is logged of one event.
 *
 * <p>Imports nothing of the proxy.
 */
package io.sluice.stats;
