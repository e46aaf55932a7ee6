package io.sluice.discovery;

import io.sluice.config.Address;
import io.sluice.config.DiscoverConfig;
import io.sluice.discovery.NameFailure.Kind;
import io.sluice.discovery.NameServer.Found;
import io.sluice.linux.SockAddr;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/**
 * Asks the domain name system: A and AAAA records with a port that is known, or SRV records (RFC
 * 2782) and the addresses of their targets.
 *
 * <p>An attempt asks one name server everything; when that fails the next one is asked, from the
 * beginning. So an answer is never put together of what it has and what it has lost on the way.
 * Nothing is cached. Agenda thread only.
 */
final class DnsSource implements NameSource {
  private static final int WEIGHT_MAX = 256;

  /** The same in every proxy, however name servers turn their answers round. */
  private static final Comparator<SRVRecord> ORDER =
      Comparator.comparingInt(SRVRecord::getPriority)
          .thenComparing(SRVRecord::getTarget)
          .thenComparingInt(SRVRecord::getPort);

  private final Name name;
  private final DiscoverConfig terms;
  private final Supplier<List<InetSocketAddress>> nameServers;
  private final Agenda agenda;

  /** Place among the name servers of the one to be asked first. */
  private int preferred;

  private DnsSource(
      Name name,
      DiscoverConfig terms,
      Supplier<List<InetSocketAddress>> nameServers,
      Agenda agenda) {
    this.name = name;
    this.terms = terms;
    this.nameServers = nameServers;
    this.agenda = agenda;
  }

  /**
   * A source for one name.
   *
   * @throws IOException when the name is none
   */
  static DnsSource of(DiscoverConfig terms, Agenda agenda) throws IOException {
    Name name;
    try {
      name = Name.fromString(terms.name(), Name.root);
    } catch (TextParseException e) {
      throw new IOException("\"" + terms.name() + "\" is no domain name: " + e.getMessage(), e);
    }
    List<InetSocketAddress> fixed = new ArrayList<>();
    for (Address.Tcp resolver : terms.resolvers()) {
      fixed.add(new InetSocketAddress(InetAddress.getByName(resolver.host()), resolver.port()));
    }
    return new DnsSource(
        name,
        terms,
        fixed.isEmpty() ? () -> ResolvConf.nameServers(ResolvConf.FILE) : () -> fixed,
        agenda);
  }

  @Override
  public CompletionStage<Answer> ask() {
    CompletableFuture<Answer> result = new CompletableFuture<>();
    attempt(result, nameServers.get(), 0);
    return result;
  }

  private void attempt(
      CompletableFuture<Answer> result, List<InetSocketAddress> servers, int number) {
    int place = (preferred + number) % servers.size();
    NameServer server = new NameServer(servers.get(place), terms.timeout(), agenda);
    CompletableFuture<Answer> answer = answer(server);
    agenda.after(terms.timeout().toNanos(), () -> answer.completeExceptionally(server.silent()));
    var unused =
        answer.whenComplete(
            (found, thrown) -> {
              NameFailure failure = thrown == null ? null : NameFailure.of(thrown);
              if (failure == null) {
                preferred = place;
                result.complete(found);
              } else if (failure.kind() == Kind.NX) {
                preferred = place;
                result.completeExceptionally(failure);
              } else if (number < terms.retries()) {
                attempt(result, servers, number + 1);
              } else {
                preferred = place + 1; // So that each has its turn, however few the attempts are.
                result.completeExceptionally(failure);
              }
            });
  }

  private CompletableFuture<Answer> answer(NameServer server) {
    return switch (terms.type()) {
      case A -> server.ask(name, Type.A).thenApply(found -> addresses(List.of(found)));
      case AAAA -> server.ask(name, Type.AAAA).thenApply(found -> addresses(List.of(found)));
      case ANY -> both(server);
      case SRV -> services(server);
    };
  }

  /** Either family is enough, but only if the other one is known not to be there. */
  private CompletableFuture<Answer> both(NameServer server) {
    return ifAny(server.ask(name, Type.A))
        .thenCombine(ifAny(server.ask(name, Type.AAAA)), List::of)
        .thenCompose(
            found ->
                found.stream().allMatch(family -> family.records().isEmpty())
                    ? failed(name + " has no A and no AAAA records, says " + server)
                    : CompletableFuture.completedFuture(addresses(found)));
  }

  /** Nothing where there is known to be nothing. */
  private static CompletableFuture<Found> ifAny(CompletableFuture<Found> asked) {
    return asked.exceptionallyCompose(
        thrown -> {
          NameFailure failure = NameFailure.of(thrown);
          return failure.kind() == Kind.NX
              ? CompletableFuture.completedFuture(new Found(List.of(), Long.MAX_VALUE))
              : CompletableFuture.failedFuture(failure);
        });
  }

  private static <T> CompletableFuture<T> failed(String words) {
    return CompletableFuture.failedFuture(new NameFailure(Kind.NX, words));
  }

  private Answer addresses(Collection<Found> families) {
    Map<SockAddr, Endpoint> endpoints = new LinkedHashMap<>();
    long ttl = Long.MAX_VALUE;
    for (Found family : families) {
      ttl = Math.min(ttl, family.ttlSeconds());
      for (SockAddr address : at(family, terms.port())) {
        endpoints.put(address, new Endpoint(address, 0, false));
      }
    }
    return new Answer(List.copyOf(endpoints.values()), Duration.ofSeconds(ttl), 0);
  }

  private CompletableFuture<Answer> services(NameServer server) {
    return server
        .ask(name, Type.SRV)
        .thenCompose(
            found -> {
              // "." as the target says that the service is decidedly not there (RFC 2782).
              List<SRVRecord> offered =
                  found.records().stream()
                      .map(SRVRecord.class::cast)
                      .filter(record -> !record.getTarget().equals(Name.root))
                      .sorted(ORDER)
                      .toList();
              List<SRVRecord> looked = offered.subList(0, Math.min(offered.size(), terms.slots()));
              Map<Name, CompletableFuture<Found>> targets = new HashMap<>();
              looked.forEach(
                  record ->
                      targets.computeIfAbsent(
                          record.getTarget(), target -> addressesOf(server, target)));
              return CompletableFuture.allOf(targets.values().toArray(CompletableFuture<?>[]::new))
                  .thenCompose(
                      all -> {
                        Map<Name, Found> hosts = new HashMap<>();
                        targets.forEach((target, host) -> hosts.put(target, host.join()));
                        Answer answer = servers(looked, hosts, found.ttlSeconds(), offered.size());
                        return answer.endpoints().isEmpty()
                            ? failed(name + " has no target with an address, says " + server)
                            : CompletableFuture.completedFuture(answer);
                      });
            });
  }

  private static CompletableFuture<Found> addressesOf(NameServer server, Name target) {
    return ifAny(server.ask(target, Type.A))
        .thenCompose(
            found ->
                found.records().isEmpty()
                    ? ifAny(server.ask(target, Type.AAAA))
                    : CompletableFuture.completedFuture(found));
  }

  private static Answer servers(
      List<SRVRecord> records, Map<Name, Found> hosts, long srvTtl, int offered) {
    int heaviest = records.stream().mapToInt(SRVRecord::getWeight).max().orElse(0);
    Map<SockAddr, Endpoint> endpoints = new LinkedHashMap<>();
    long ttl = srvTtl;
    for (SRVRecord record : records) {
      Found host = hosts.get(record.getTarget());
      ttl = Math.min(ttl, host.ttlSeconds());
      boolean standby = record.getPriority() > records.get(0).getPriority();
      for (SockAddr address : at(host, record.getPort())) {
        endpoints.putIfAbsent(
            address, new Endpoint(address, weight(record.getWeight(), heaviest), standby));
      }
    }
    return new Answer(
        List.copyOf(endpoints.values()), Duration.ofSeconds(ttl), offered - records.size());
  }

  /** A weight of SRV has 16 bits, one of a server goes to 256; 0 means a small chance. */
  static int weight(int told, int heaviest) {
    int scaled = heaviest > WEIGHT_MAX ? told * WEIGHT_MAX / heaviest : told;
    return Math.max(1, scaled);
  }

  /** In the same order in every proxy. */
  private static List<SockAddr> at(Found found, int port) {
    List<SockAddr> addresses = new ArrayList<>();
    for (Record record : found.records()) {
      InetAddress address =
          record instanceof ARecord four ? four.getAddress() : ((AAAARecord) record).getAddress();
      addresses.add(SockAddr.inet(nameless(address), port));
    }
    addresses.sort(
        Comparator.comparingLong(SockAddr::addressHigh).thenComparingLong(SockAddr::addressLow));
    return addresses;
  }

  /** The library's addresses carry the name that was asked for. */
  private static InetAddress nameless(InetAddress address) {
    try {
      return InetAddress.getByAddress(address.getAddress());
    } catch (UnknownHostException e) {
      throw new AssertionError("an address has 4 or 16 bytes", e);
    }
  }
}
