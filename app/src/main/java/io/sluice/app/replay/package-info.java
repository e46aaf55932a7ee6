/**
 * What {@code sluice replay} does: captured streams become recorded sessions, and recorded sessions
 * become conversations with a server, whose answers may be compared with the recorded ones.
 *
 * <pre>
 *   FILE... ──CaptureIndex──▶ RecordedSession... ──ReplayRun──▶ Conversation ──▶ Outcome
 *                 where the bytes are,                   one socket,
 *                 never the bytes themselves             one thread
 * </pre>
 *
 * <p>A tool that is a client: a thread for each conversation, no event loop. May use {@code
 * config}, {@code io.sluice.linux}, and of the proxy nothing but its words.
 */
package io.sluice.app.replay;
