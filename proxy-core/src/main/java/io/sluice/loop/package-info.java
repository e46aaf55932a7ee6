/**
 * One thread, its poller, its timers, its ready list.
 *
 * <p>A turn polls, runs what other threads queued, fires due timers and gives each ready task one
 * bounded run; a task that has more to do queues itself again. Everything here belongs to the
 * loop's thread except {@link io.sluice.loop.EventLoop#execute}.
 *
 * <p>May import {@code transport} and below.
 */
package io.sluice.loop;
