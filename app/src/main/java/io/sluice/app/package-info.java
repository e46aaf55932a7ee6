/**
 * The program: command line, life cycle of the daemon, signals.
 *
 * <p>One class for each command. Nobody imports this package; it may import everything. Commands
 * run on the main thread; signals come on threads of their own, see {@link io.sluice.app.Daemon}.
 */
package io.sluice.app;
