/**
 * What stands around a contender: the network between it and the generator, the server behind it,
 * the CPUs. Everything made here is in a network namespace of the run's own and ends with it.
 */
package io.sluice.bench.site;
