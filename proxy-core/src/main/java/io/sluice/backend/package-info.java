/**
 * Backends and their servers: where a session may go, and the choice. One file per algorithm in
 * {@code balance}.
 *
 * <p>Shared by all loops: a {@link io.sluice.backend.Server} holds atomics and per-loop counters,
 * no locks.
 */
package io.sluice.backend;
