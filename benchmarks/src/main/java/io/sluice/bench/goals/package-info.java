/** The numbers to be reached, as data, and whether a run reached them; pure functions. */
package io.sluice.bench.goals;
