package io.sluice.mirror;

import io.sluice.config.Sampling;
import io.sluice.linux.SockAddr;

/**
 * What a sink may know of the session whose bytes it gets.
 *
 * @param id unique within the process and between restarts, letters, digits and dashes only
 * @param frontend name of the frontend
 * @param client the client's address
 * @param clientLocal the address that the client connected to
 * @param server the server's address
 * @param sampling by which it was chosen for this mirror
 * @param startedWallMs wall clock at the start of the session, milliseconds since the epoch
 */
public record MirroredSession(
    String id,
    String frontend,
    SockAddr client,
    SockAddr clientLocal,
    SockAddr server,
    Sampling sampling,
    long startedWallMs) {}
