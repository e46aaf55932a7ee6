/**
 * Mirrors that write: one file per session and direction, or captures in the pcapng format.
 *
 * <p>Files block, loops may not. So the sinks live on their session's loop and hand every event to
 * the {@link io.sluice.mirror.capture.CaptureWriter} of their mirror, one thread that alone touches
 * files; the bytes wait meanwhile in the flow's {@link io.sluice.transport.Backlog}, and from there
 * the writer has them written, by splice where the transport can. What the writer has to say comes
 * back through the loop's {@link java.util.concurrent.Executor}.
 *
 * <p>Below {@code Handover} everything is on the writer's thread: {@code Recording}s, {@link
 * io.sluice.mirror.capture.PcapngFile}.
 */
package io.sluice.mirror.capture;
