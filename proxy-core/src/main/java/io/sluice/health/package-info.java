/**
 * How servers are: active checks, agents, what sessions meet, and the steps from up to down and
 * back.
 *
 * <p>Everything about one server happens on one event loop, its own for good; the servers of a
 * process are dealt out to the loops in turn. So checks need no thread and no lock, share the
 * loops' pollers, and many of them, or a few expensive ones, burden no single loop. Only the
 * arithmetic of TLS handshakes, milliseconds at a time, is done by a thread of its own, for all
 * checks together.
 *
 * <p>May import backend, wire, loop, transport, stats and config. Sessions know nothing of it: it
 * tells {@link io.sluice.backend.Server}.
 */
package io.sluice.health;
