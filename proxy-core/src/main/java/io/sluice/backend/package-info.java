/**
 * Backends and their servers: where a session may go, the choice, and the queue for those who find
 * no slot. One file per algorithm in {@code balance}.
 *
 * <p>Shared by all loops. Choosing a server and taking a slot is lock-free; a backend's one lock is
 * held while somebody waits and when a server changes, never while a waiter or listener is called.
 */
package io.sluice.backend;
