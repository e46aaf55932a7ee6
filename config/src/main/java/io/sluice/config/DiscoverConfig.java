package io.sluice.config;

import java.time.Duration;
import java.util.List;

/**
 * Servers of a backend that DNS tells. The slots that they fill stand among {@link
 * BackendConfig#servers}, with {@link Address.Discovered} for an address.
 *
 * @param name what is asked for; empty where nothing is discovered
 * @param port of the servers; 0 where SRV records tell it
 * @param slots how many servers there may be at a time
 * @param prefix what the names of slots begin with; their number follows, from 1
 * @param resolvers name servers, by IP address; empty for those of resolv.conf(5)
 * @param timeout for one attempt, which may take several questions
 * @param retries attempts after the first, each at the next name server
 * @param retryInterval from a failure to the next attempt
 * @param ttlMin how long an answer is kept at least, whatever it says itself
 * @param ttlMax how long at most
 * @param holdObsolete how long an address is kept that answers do not have any more
 * @param holdNx how long addresses are kept when there is no such name, or it has no records
 * @param holdFailure how long when no name server tells anything
 */
public record DiscoverConfig(
    String name,
    RecordType type,
    int port,
    int slots,
    String prefix,
    List<Address.Tcp> resolvers,
    Duration timeout,
    int retries,
    Duration retryInterval,
    Duration ttlMin,
    Duration ttlMax,
    Duration holdObsolete,
    Duration holdNx,
    Duration holdFailure) {

  /** A hold time without an end. */
  public static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

  /** Which records are asked for. */
  public enum RecordType {
    A,
    AAAA,
    /** Both. */
    ANY,
    SRV
  }

  public DiscoverConfig {
    resolvers = List.copyOf(resolvers);
  }

  /** Whether there is anything to discover. */
  public boolean isOn() {
    return !name.isEmpty();
  }
}
