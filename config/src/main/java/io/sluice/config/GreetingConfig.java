package io.sluice.config;

import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a frontend reads of a connection before it looks for a server.
 *
 * @param proxySources who connects from an address of a list has its policy; the first policy in
 *     their own order counts where lists overlap
 * @param otherwise the policy of all others
 * @param headerBytesMax longest PROXY header that is read
 * @param headerTimeout within which a PROXY header must be there; zero means never
 * @param serverNames name or {@code *.} and name in the ClientHello, and the backend for it
 * @param protocols protocol that the ClientHello offers (ALPN), and the backend for it
 * @param inspectTimeout how long a ClientHello is waited for
 */
public record GreetingConfig(
    Map<ProxyPolicy, AddressList> proxySources,
    ProxyPolicy otherwise,
    int headerBytesMax,
    Duration headerTimeout,
    Map<String, String> serverNames,
    Map<String, String> protocols,
    Duration inspectTimeout) {

  public GreetingConfig {
    Map<ProxyPolicy, AddressList> ordered = new EnumMap<>(ProxyPolicy.class);
    ordered.putAll(proxySources);
    proxySources = Collections.unmodifiableMap(ordered);
    serverNames = Collections.unmodifiableMap(new LinkedHashMap<>(serverNames));
    protocols = Collections.unmodifiableMap(new LinkedHashMap<>(protocols));
  }

  /** Whether a connection's first bytes may be a PROXY header. */
  public boolean readsProxyHeaders() {
    return otherwise != ProxyPolicy.OFF || !proxySources.isEmpty();
  }
}
