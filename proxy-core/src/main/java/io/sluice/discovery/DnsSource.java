package io.sluice.discovery;

import io.sluice.linux.SockAddr;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import org.xbill.DNS.lookup.LookupResult;
import org.xbill.DNS.lookup.LookupSession;
import org.xbill.DNS.lookup.NoSuchDomainException;
import org.xbill.DNS.lookup.NoSuchRRSetException;
import org.xbill.DNS.lookup.ServerFailedException;

/**
 * Asks the domain name system: A and AAAA records with a port that is known, or SRV records (RFC
 * 2782) and the addresses of their targets.
 *
 * <p>Nothing is cached here: how long an answer holds is in it, and it is asked for again when that
 * has passed. The TTL of an answer is the least of all records that it took.
 */
public final class DnsSource implements NameSource {

  /** What is asked for. */
  public enum Kind {
    A,
    AAAA,
    /** Both; IPv4 first. */
    ANY,
    SRV
  }

  /** A weight of SRV has 16 bits, one of a server 8: as HAProxy does it. */
  private static final int WEIGHT_STEP = 256;

  private static final int WEIGHT_MAX = 256;

  private final Name name;
  private final Kind kind;
  private final int port;
  private final LookupSession session;

  private DnsSource(Name name, Kind kind, int port, LookupSession session) {
    this.name = name;
    this.kind = kind;
    this.port = port;
    this.session = session;
  }

  /**
   * A source for one name.
   *
   * @param port of the servers; SRV records have their own
   * @param resolvers name servers to ask, in turn until one answers; empty for those of
   *     resolv.conf(5)
   * @param timeout for one attempt
   * @param retries attempts after the first, at each of the name servers
   * @throws IOException when the name is none, or there is no name server
   */
  public static DnsSource of(
      String name,
      Kind kind,
      int port,
      List<InetSocketAddress> resolvers,
      Duration timeout,
      int retries)
      throws IOException {
    Name parsed;
    try {
      parsed = Name.fromString(name, Name.root);
    } catch (TextParseException e) {
      throw new IOException("\"" + name + "\" is no domain name: " + e.getMessage(), e);
    }
    ExtendedResolver all;
    try {
      all =
          resolvers.isEmpty()
              ? new ExtendedResolver()
              : new ExtendedResolver(resolvers.stream().map(DnsSource::one).toList());
    } catch (RuntimeException e) {
      throw new IOException("there is no name server to ask: " + e.getMessage(), e);
    }
    all.setTimeout(timeout.multipliedBy((long) retries + 1));
    for (Resolver resolver : all.getResolvers()) {
      resolver.setTimeout(timeout);
    }
    all.setRetries(retries + 1);
    LookupSession session = LookupSession.builder().resolver(all).ndots(0).build();
    return new DnsSource(parsed, kind, port, session);
  }

  private static Resolver one(InetSocketAddress address) {
    return new SimpleResolver(address);
  }

  @Override
  public CompletionStage<Answer> ask() {
    CompletionStage<Answer> answer =
        switch (kind) {
          case A -> addresses(name, Type.A, port);
          case AAAA -> addresses(name, Type.AAAA, port);
          case ANY -> both(name, port);
          case SRV -> services();
        };
    return answer.handle(this::outcome).thenCompose(stage -> stage);
  }

  /** An answer as it is; a failure with words for people. */
  private CompletionStage<Answer> outcome(Answer answer, Throwable failure) {
    if (failure == null) {
      return CompletableFuture.completedStage(answer);
    }
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    String words =
        cause instanceof NoSuchDomainException
            ? "there is no such name (NXDOMAIN)"
            : cause instanceof NoSuchRRSetException
                ? "it has no " + kind + " record"
                : cause instanceof ServerFailedException
                    ? "the name server failed (SERVFAIL)"
                    : "no name server answers: " + cause.getMessage();
    return CompletableFuture.failedStage(new IOException(words, cause));
  }

  private CompletionStage<Answer> addresses(Name host, int type, int atPort) {
    return session.lookupAsync(host, type).thenApply(result -> answer(result, atPort, 1));
  }

  /** Either family is enough: a name with addresses of one only is as good as any. */
  private CompletionStage<Answer> both(Name host, int atPort) {
    CompletableFuture<Answer> four = addresses(host, Type.A, atPort).toCompletableFuture();
    CompletableFuture<Answer> six = addresses(host, Type.AAAA, atPort).toCompletableFuture();
    return CompletableFuture.allOf(four, six)
        .exceptionally(failure -> null)
        .thenApply(
            settled -> {
              if (four.isCompletedExceptionally()) {
                return six.isCompletedExceptionally() ? four.join() : six.join();
              }
              return six.isCompletedExceptionally()
                  ? four.join()
                  : merge(List.of(four.join(), six.join()));
            });
  }

  private CompletionStage<Answer> services() {
    return session
        .lookupAsync(name, Type.SRV)
        .thenCompose(
            result -> {
              List<SRVRecord> records = new ArrayList<>();
              for (Record record : result.getRecords()) {
                // "." as the target says that the service is decidedly not there (RFC 2782).
                if (record instanceof SRVRecord srv && !srv.getTarget().equals(Name.root)) {
                  records.add(srv);
                }
              }
              return targets(records);
            });
  }

  /** The addresses of all targets; a target without one is left out as long as another has. */
  private CompletionStage<Answer> targets(List<SRVRecord> records) {
    List<CompletableFuture<Answer>> asked = new ArrayList<>();
    for (SRVRecord record : records) {
      asked.add(
          both(record.getTarget(), record.getPort())
              .thenApply(found -> weighted(found, record))
              .toCompletableFuture());
    }
    return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
        .handle(
            (all, failure) -> {
              List<Answer> found = new ArrayList<>();
              for (CompletableFuture<Answer> one : asked) {
                if (!one.isCompletedExceptionally()) {
                  found.add(one.join());
                }
              }
              if (found.isEmpty()) {
                throw new IllegalStateException("none of its SRV targets has an address");
              }
              return merge(found);
            });
  }

  private static Answer weighted(Answer found, SRVRecord record) {
    int weight = Math.min(WEIGHT_MAX, record.getWeight() / WEIGHT_STEP + 1);
    List<Endpoint> endpoints = new ArrayList<>();
    for (Endpoint endpoint : found.endpoints()) {
      endpoints.add(new Endpoint(endpoint.address(), weight));
    }
    return new Answer(endpoints, least(found.ttl(), Duration.ofSeconds(record.getTTL())));
  }

  private static Answer answer(LookupResult result, int port, int weight) {
    List<Endpoint> endpoints = new ArrayList<>();
    long ttl = Long.MAX_VALUE;
    for (Record record : result.getRecords()) {
      InetAddress address =
          record instanceof ARecord four
              ? four.getAddress()
              : record instanceof AAAARecord six ? six.getAddress() : null;
      if (address != null) {
        endpoints.add(new Endpoint(SockAddr.inet(nameless(address), port), weight));
        ttl = Math.min(ttl, record.getTTL());
      }
    }
    if (endpoints.isEmpty()) {
      throw new IllegalStateException("the answer has no address");
    }
    return merge(List.of(new Answer(endpoints, Duration.ofSeconds(ttl))));
  }

  /** The library's addresses carry the name that was asked for. */
  private static InetAddress nameless(InetAddress address) {
    try {
      return InetAddress.getByAddress(address.getAddress());
    } catch (UnknownHostException e) {
      throw new AssertionError("an address has 4 or 16 bytes", e);
    }
  }

  private static Answer merge(List<Answer> answers) {
    Map<SockAddr, Endpoint> all = new LinkedHashMap<>();
    Duration ttl = answers.get(0).ttl();
    for (Answer answer : answers) {
      answer.endpoints().forEach(endpoint -> all.putIfAbsent(endpoint.address(), endpoint));
      ttl = least(ttl, answer.ttl());
    }
    return new Answer(new ArrayList<>(all.values()), ttl);
  }

  private static Duration least(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? one : other;
  }
}
