package io.sluice.config;

/**
 * How a backend chooses a server.
 *
 * @param hash of {@code SOURCE} and {@code HASH}; the other algorithms do not look at it
 * @param useAllBackups whether all backup servers stand in for the others, or only the first
 * @param panicPercent share of the weight below which servers that are down are used too, 1 to 100;
 *     0 means never
 */
public record BalanceConfig(
    Algorithm algorithm, HashConfig hash, boolean useAllBackups, int panicPercent) {

  /** The choice itself. */
  public enum Algorithm {
    ROUNDROBIN,
    LEASTCONN,
    RANDOM,
    FIRST,
    SOURCE,
    HASH
  }

  /** What a hash is made of. */
  public enum HashKey {
    CLIENT_ADDRESS,
    SERVER_NAME
  }

  /** How a hash finds its server. */
  public enum HashMethod {
    MAGLEV,
    CONSISTENT
  }

  /**
   * A choice by hash.
   *
   * @param factorPercent what a server may have more than its share before others get its clients,
   *     101 to 65536 percent of the average; 0 means any
   */
  public record HashConfig(HashKey key, HashMethod method, int factorPercent) {}

  /** What the hash is made of: {@code SOURCE} has no choice there. */
  public HashKey key() {
    return algorithm == Algorithm.SOURCE ? HashKey.CLIENT_ADDRESS : hash.key();
  }
}
