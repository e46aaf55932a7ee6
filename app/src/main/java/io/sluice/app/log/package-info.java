/**
 * Logging back end: one line for each event to stderr, or one entry to the journal, without ever
 * blocking who logs.
 *
 * <p>The only package that sees logback. {@link io.sluice.app.log.Logging} is the way in.
 */
package io.sluice.app.log;
