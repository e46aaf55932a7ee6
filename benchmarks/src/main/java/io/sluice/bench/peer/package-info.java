/**
 * The contenders: how each is found, configured, started and ended. Processes are ended by their
 * id, also when the program is interrupted.
 */
package io.sluice.bench.peer;
