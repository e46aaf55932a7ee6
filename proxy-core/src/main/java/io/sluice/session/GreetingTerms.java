package io.sluice.session;

import io.sluice.admission.AddressSet;
import io.sluice.backend.Backend;
import io.sluice.config.BalanceConfig;
import io.sluice.config.GreetingConfig;
import io.sluice.config.ProxyPolicy;
import io.sluice.linux.SockAddr;
import io.sluice.wire.ClientHello;
import io.sluice.wire.ServerNamePattern;
import io.sluice.wire.ServerNames;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a frontend reads of a connection before it looks for a server, and where that leads. Made
 * once for a frontend; immutable.
 */
final class GreetingTerms {
  private final GreetingConfig config;
  private final Backend byDefault;
  private final Map<ProxyPolicy, AddressSet> sources = new EnumMap<>(ProxyPolicy.class);
  private final ServerNames<Backend> byName;
  private final Map<String, Backend> byProtocol = new LinkedHashMap<>();
  private final boolean inspects;

  /** The names in {@code config} are those of {@code backends}. */
  GreetingTerms(GreetingConfig config, Backend byDefault, Map<String, Backend> backends) {
    this.config = config;
    this.byDefault = byDefault;
    config.proxySources().forEach((policy, list) -> sources.put(policy, AddressSet.of(list)));
    Map<ServerNamePattern, Backend> names = new HashMap<>();
    config
        .serverNames()
        .forEach((name, backend) -> names.put(ServerNamePattern.of(name), backends.get(backend)));
    byName = new ServerNames<>(names);
    config
        .protocols()
        .forEach((protocol, backend) -> byProtocol.put(protocol, backends.get(backend)));
    inspects =
        !names.isEmpty()
            || !byProtocol.isEmpty()
            || byDefault.config().balance().key() == BalanceConfig.HashKey.SERVER_NAME;
  }

  /** Whether a client's address may come by PROXY protocol. */
  boolean readsProxyHeaders() {
    return config.readsProxyHeaders();
  }

  /** What holds for a connection from {@code peer}. */
  ProxyPolicy policyFor(SockAddr peer) {
    for (Map.Entry<ProxyPolicy, AddressSet> entry : sources.entrySet()) {
      if (entry.getValue().contains(peer)) {
        return entry.getKey();
      }
    }
    return config.otherwise();
  }

  /** Whether a ClientHello is looked for. */
  boolean inspects() {
    return inspects;
  }

  /** Where a connection goes that begins with {@code hello}. */
  Backend route(ClientHello hello) {
    Backend named = byName.find(hello.serverName());
    if (named != null) {
      return named;
    }
    for (String protocol : hello.alpn()) {
      Backend spoken = byProtocol.get(protocol);
      if (spoken != null) {
        return spoken;
      }
    }
    return byDefault;
  }

  /** Where a connection goes that does not tell. */
  Backend byDefault() {
    return byDefault;
  }

  int headerBytesMax() {
    return config.headerBytesMax();
  }

  /** How long a PROXY header may take; {@link Relay#NEVER} for ever. */
  long headerNs() {
    return config.headerTimeout().isZero() ? Relay.NEVER : config.headerTimeout().toNanos();
  }

  /** How long a ClientHello is waited for. */
  long inspectNs() {
    return config.inspectTimeout().toNanos();
  }
}
