package io.sluice.backend.balance;

import io.sluice.config.BackendConfig;
import io.sluice.config.BackendConfig.ServerConfig;
import io.sluice.config.BalanceConfig.HashConfig;
import io.sluice.config.BalanceConfig.HashKey;
import io.sluice.config.BalanceConfig.HashMethod;
import io.sluice.config.DiscoverConfig;
import io.sluice.linux.SockAddr;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Binds each client to a server: HAProxy's {@code balance source} and {@code balance hash}.
 *
 * <p>Invariant: for equal clients the choice depends on the names and weights of the candidates
 * only, not on their order, their addresses, or what happened before; with a balance factor also on
 * their sessions.
 */
final class ByHash implements Balancing {
  /** What SRV records may tell. */
  private static final int DISCOVERED_WEIGHT_MAX = 256;

  private final HashKey key;
  private final HashConfig hash;
  private final int weightMax;

  ByHash(BackendConfig backend) {
    key = backend.balance().key();
    hash = backend.balance().hash();
    boolean told =
        backend.discover().isOn() && backend.discover().type() == DiscoverConfig.RecordType.SRV;
    weightMax =
        told
            ? DISCOVERED_WEIGHT_MAX
            : backend.servers().stream().mapToInt(ServerConfig::weight).max().orElse(1);
  }

  @Override
  public Balancer over(List<? extends Candidate> candidates) {
    if (hash.method() == HashMethod.MAGLEV) {
      return new Maglev(candidates);
    }
    Ring ring = new Ring(candidates, weightMax);
    return hash.factorPercent() == 0 ? ring : new BoundedRing(ring, hash.factorPercent());
  }

  @Override
  public boolean isBinding() {
    return true;
  }

  @Override
  public long key(SockAddr client, String serverName) {
    if (key == HashKey.SERVER_NAME && serverName != null) {
      return Hash64.ofHost(serverName);
    }
    // UNIX clients have no address that would tell one from the other: they are spread.
    return client.isUnix() ? ThreadLocalRandom.current().nextLong() : Hash64.ofAddress(client);
  }
}
