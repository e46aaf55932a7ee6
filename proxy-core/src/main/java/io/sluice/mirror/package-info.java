/**
 * Exact duplicates of flows: when a session is mirrored, to which sinks, and what becomes of a
 * mirror that cannot keep up. A mirror may never hurt the primary.
 */
package io.sluice.mirror;
