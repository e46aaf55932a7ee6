/** What is done to a contender and which figures come out of it; used from one thread. */
package io.sluice.bench.workload;
