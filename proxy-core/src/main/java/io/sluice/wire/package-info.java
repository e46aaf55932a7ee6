/**
 * Forms of bytes on the wire that a proxy writes or reads; pure functions without input or output.
 */
package io.sluice.wire;
