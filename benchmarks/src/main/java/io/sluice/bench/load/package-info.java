/**
 * The two ends of every measured connection: clients that connect to a contender and the server
 * that stands behind it. Each {@link io.sluice.bench.load.LoadLoop} is one thread; an {@link
 * io.sluice.bench.load.Endpoint} lives on one loop. Nothing is allocated per message.
 */
package io.sluice.bench.load;
