package io.sluice.discovery;

import io.sluice.discovery.NameFailure.Kind;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.WireParseException;

/** One name server: questions to it, and what its messages say. */
final class NameServer {
  /** Aliases of aliases that are followed, as most resolvers do. */
  private static final int ALIASES_MAX = 16;

  /**
   * Records of one name and type.
   *
   * @param ttlSeconds the least of theirs and of the aliases on the way to them
   */
  record Found(List<Record> records, long ttlSeconds) {}

  private final InetSocketAddress address;
  private final SimpleResolver resolver;
  private final Executor executor;

  /**
   * A name server.
   *
   * @param timeout after which the library gives up a question; whoever waits may do so sooner
   * @param executor on which answers are read and handed over
   */
  NameServer(InetSocketAddress address, Duration timeout, Executor executor) {
    this.address = address;
    this.executor = executor;
    resolver = new SimpleResolver(address);
    resolver.setTimeout(timeout);
  }

  /**
   * Asks for records, by UDP and where the answer is too long by TCP; at least one, or a {@link
   * NameFailure}.
   */
  CompletableFuture<Found> ask(Name name, int type) {
    Message question = Message.newQuery(Record.newRecord(name, type, DClass.IN));
    return resolver
        .sendAsync(question, executor)
        .handleAsync(
            (message, failure) ->
                failure == null
                    ? read(message, name, type)
                    : CompletableFuture.<Found>failedFuture(unanswered(failure)),
            executor)
        .thenCompose(outcome -> outcome)
        .toCompletableFuture();
  }

  private NameFailure unanswered(Throwable thrown) {
    Throwable cause = thrown.getCause() == null ? thrown : thrown.getCause();
    if (cause instanceof IOException && !(cause instanceof WireParseException)) {
      return silent();
    }
    return new NameFailure(Kind.OTHER, this + " answers with nonsense: " + cause.getMessage());
  }

  /** What an operator reads when it does not answer. */
  NameFailure silent() {
    return new NameFailure(Kind.TIMEOUT, this + " does not answer");
  }

  private CompletableFuture<Found> read(Message message, Name name, int type) {
    try {
      return CompletableFuture.completedFuture(found(message, name, type));
    } catch (NameFailure e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** What a message says of a name. Recursive resolvers put all aliases on the way into one. */
  private Found found(Message message, Name name, int type) throws NameFailure {
    switch (message.getRcode()) {
      case Rcode.NOERROR -> {
        // Goes on below.
      }
      case Rcode.NXDOMAIN -> throw new NameFailure(Kind.NX, "there is no such name, says " + this);
      case Rcode.REFUSED -> throw new NameFailure(Kind.REFUSED, this + " refuses to tell");
      default -> throw new NameFailure(Kind.OTHER, this + ": " + Rcode.string(message.getRcode()));
    }
    Name owner = name;
    long ttl = Long.MAX_VALUE;
    for (int aliases = 0; owner != null && aliases < ALIASES_MAX; aliases++) {
      List<Record> records = records(message, owner, type);
      if (!records.isEmpty()) {
        long least = records.stream().mapToLong(Record::getTTL).min().orElseThrow();
        return new Found(records, Math.min(ttl, least));
      }
      Name next = null;
      for (Record alias : records(message, owner, org.xbill.DNS.Type.CNAME)) {
        next = ((CNAMERecord) alias).getTarget();
        ttl = Math.min(ttl, alias.getTTL());
      }
      owner = next;
    }
    String records = org.xbill.DNS.Type.string(type);
    throw new NameFailure(Kind.NX, name + " has no " + records + " records, says " + this);
  }

  private static List<Record> records(Message message, Name owner, int type) {
    return message.getSection(Section.ANSWER).stream()
        .filter(record -> record.getType() == type && record.getName().equals(owner))
        .toList();
  }

  @Override
  public String toString() {
    String host = address.getAddress().getHostAddress();
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
  }
}
