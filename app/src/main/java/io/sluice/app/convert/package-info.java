/**
 * Turns a {@code haproxy.cfg} into a configuration of Sluice: what TCP mode needs of it, and an
 * account of every line that was left out. One class for each kind of line; they know HAProxy's
 * words and Sluice's keys, nothing of a running proxy.
 */
package io.sluice.app.convert;
