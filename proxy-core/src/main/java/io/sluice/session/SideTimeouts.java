package io.sluice.session;

import io.sluice.config.BackendConfig;
import io.sluice.config.FrontendConfig;
import java.time.Duration;

/**
 * The time-outs of one frontend-backend pair, in nanoseconds, 0 meaning never; made once and shared
 * by its sessions.
 *
 * <p>Meaning as in HAProxy's configuration manual ({@code timeout client}, {@code server}, {@code
 * tunnel}, {@code client-fin}, {@code server-fin}): {@code tunnel} replaces client and server once
 * both sides are connected; the fin time-outs replace either once one direction has ended.
 */
record SideTimeouts(
    long connectNs,
    long queueNs,
    long clientNs,
    long serverNs,
    long clientHalfClosedNs,
    long serverHalfClosedNs) {

  static SideTimeouts of(FrontendConfig frontend, BackendConfig backend) {
    Duration tunnel = backend.tunnelTimeout();
    Duration client = tunnel.isZero() ? frontend.clientTimeout() : tunnel;
    Duration server = tunnel.isZero() ? backend.serverTimeout() : tunnel;
    return new SideTimeouts(
        backend.connectTimeout().toNanos(),
        backend.queueTimeout().toNanos(),
        client.toNanos(),
        server.toNanos(),
        (frontend.clientFinTimeout().isZero() ? client : frontend.clientFinTimeout()).toNanos(),
        (backend.serverFinTimeout().isZero() ? server : backend.serverFinTimeout()).toNanos());
  }

  long clientNs(boolean halfClosed) {
    return halfClosed ? clientHalfClosedNs : clientNs;
  }

  long serverNs(boolean halfClosed) {
    return halfClosed ? serverHalfClosedNs : serverNs;
  }
}
