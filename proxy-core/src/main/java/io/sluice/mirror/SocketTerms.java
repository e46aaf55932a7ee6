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
 * @param proxyHeader whether a PROXY header goes before the first byte
 * @param share which share of sessions is mirrored, in the operator's words, for that header
 * @param bufferBytes bytes of its answers that may wait for {@code replies}
 * @param replies where its answers go; empty to discard them
 */
public record SocketTerms(
    SockAddr address,
    TcpOptions tcp,
    long connectTimeoutNs,
    long pauseNs,
    boolean proxyHeader,
    String share,
    int bufferBytes,
    Optional<SinkFactory> replies) {}
