package io.sluice.config;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The whole configuration: what the key {@code sluice} holds.
 *
 * @param threads number of event loops; 0 means {@code auto}, one per core
 * @param maxConnections client connections in all frontends together; the excess waits in the
 *     kernel's backlog
 * @param connectionRate new connections in a second, in all frontends together; the excess waits in
 *     the kernel's backlog; 0 means without a limit
 * @param drainTimeout how long sessions may go on after a first SIGTERM; zero closes them at once
 * @param exitIdleTime time without a session after which the process ends; zero means never
 * @param controlSocket where the process listens for commands of its operator
 * @param mirrors by name, in the order of the file; also those that no frontend uses
 * @param frontends by name, in the order of the file
 * @param backends by name, in the order of the file
 */
public record SluiceConfig(
    int threads,
    TransportChoice transport,
    int maxConnections,
    int connectionRate,
    Duration drainTimeout,
    Duration exitIdleTime,
    ControlSocketConfig controlSocket,
    PumpConfig pump,
    Map<String, MirrorConfig> mirrors,
    Map<String, FrontendConfig> frontends,
    Map<String, BackendConfig> backends) {

  /** Which way to the operating system: {@code auto} takes epoll where the self test passes. */
  public enum TransportChoice {
    AUTO,
    EPOLL,
    NIO
  }

  public SluiceConfig {
    mirrors = Collections.unmodifiableMap(new LinkedHashMap<>(mirrors));
    frontends = Collections.unmodifiableMap(new LinkedHashMap<>(frontends));
    backends = Collections.unmodifiableMap(new LinkedHashMap<>(backends));
  }

  /**
   * Sessions at which a backend counts as full: its own number, or a tenth of what its frontends
   * take in sum, which is HAProxy's default of {@code fullconn}; at least 1.
   */
  public int fullConnections(BackendConfig backend) {
    if (backend.fullConnections() > 0) {
      return backend.fullConnections();
    }
    long sum = 0;
    for (FrontendConfig frontend : frontends.values()) {
      if (frontend.leadsTo(backend.name())) {
        sum += frontend.maxConnections();
      }
    }
    return (int) Math.max(1, Math.min((sum + 9) / 10, Integer.MAX_VALUE));
  }
}
