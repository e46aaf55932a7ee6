package io.sluice.mirror;

import io.sluice.config.TcpOptions;
import io.sluice.linux.SockAddr;
import java.util.Optional;

/**
 * How a mirror that is a server is reached.
 *
 * @param address where it listens
 * @param tcp options of the connections
 * @param connectTimeoutNs how long a connection may take to be made; 0 is for ever
 * @param pauseNs how long a few bytes may wait for more after others were sent; 0 is not at all
 * @param lingerNs once a stream is over, how long it may take nothing of what is left; 0 is for
 *     ever
 * @param leaveNs once all is sent, how long it may acknowledge nothing of what is left
 * @param proxyHeader whether a PROXY header goes before the first byte
 * @param bufferBytes bytes of its answers that may wait for {@code replies}
 * @param replies where its answers go; empty to discard them
 */
public record SocketTerms(
    SockAddr address,
    TcpOptions tcp,
    long connectTimeoutNs,
    long pauseNs,
    long lingerNs,
    long leaveNs,
    boolean proxyHeader,
    int bufferBytes,
    Optional<SinkFactory> replies) {}
