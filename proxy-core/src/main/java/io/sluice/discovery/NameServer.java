package io.sluice.discovery;

import io.sluice.discovery.NameFailure.Kind;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;
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
   * NameFailure}. Aliases are followed.
   */
  CompletableFuture<Found> ask(Name name, int type) {
    return ask(name, type, Long.MAX_VALUE, ALIASES_MAX);
  }

  private CompletableFuture<Found> ask(Name name, int type, long ttl, int aliases) {
    Message question = Message.newQuery(Record.newRecord(name, type, DClass.IN));
    return send(question)
        .handleAsync(
            (message, failure) ->
                failure == null
                    ? read(message, name, type, ttl, aliases)
                    : CompletableFuture.<Found>failedFuture(unanswered(failure)),
            executor)
        .thenCompose(outcome -> outcome)
        .toCompletableFuture();
  }

  private CompletionStage<Message> send(Message question) {
    try {
      return resolver.sendAsync(question, executor);
    } catch (RuntimeException e) { // Of the library: no reason never to ask again.
      return CompletableFuture.failedStage(e);
    }
  }

  private NameFailure unanswered(Throwable thrown) {
    Throwable cause = thrown.getCause() == null ? thrown : thrown.getCause();
    if (cause instanceof SocketException && !(cause instanceof PortUnreachableException)) {
      // No descriptor, no route, no permission: it does not know that it is asked.
      return new NameFailure(Kind.TIMEOUT, this + " cannot be asked: " + cause.getMessage());
    }
    if (cause instanceof IOException && !(cause instanceof WireParseException)) {
      return silent();
    }
    return new NameFailure(Kind.OTHER, this + " is not understood: " + cause.getMessage());
  }

  /** What an operator reads when it does not answer. */
  NameFailure silent() {
    return new NameFailure(Kind.TIMEOUT, this + " does not answer");
  }

  private CompletableFuture<Found> read(
      Message message, Name name, int type, long ttl, int aliases) {
    return switch (message.getRcode()) {
      case Rcode.NOERROR -> found(message, name, type, ttl, aliases);
      case Rcode.NXDOMAIN -> failed(Kind.NX, "there is no such name, says " + this);
      case Rcode.REFUSED -> failed(Kind.REFUSED, this + " refuses to tell");
      default -> failed(Kind.OTHER, this + ": " + Rcode.string(message.getRcode()));
    };
  }

  /**
   * The records of a name, or of the name that it is an alias of. Recursive resolvers put all of
   * the way into one message; where it ends before the records, the rest is asked for.
   */
  private CompletableFuture<Found> found(
      Message message, Name name, int type, long ttlSoFar, int aliasesLeft) {
    Name owner = name;
    long ttl = ttlSoFar;
    int left = aliasesLeft;
    while (true) {
      List<Record> records = records(message, owner, type);
      if (!records.isEmpty()) {
        long least = records.stream().mapToLong(Record::getTTL).min().orElseThrow();
        return CompletableFuture.completedFuture(new Found(records, Math.min(ttl, least)));
      }
      List<Record> alias = records(message, owner, Type.CNAME);
      if (alias.isEmpty() && owner.equals(name)) {
        String what = name + " has no " + Type.string(type) + " records";
        return failed(Kind.NX, what + ", says " + this);
      }
      if (left == 0) {
        return failed(Kind.OTHER, name + " is an alias without an end, says " + this);
      }
      if (alias.isEmpty()) {
        return ask(owner, type, ttl, left);
      }
      left--;
      ttl = Math.min(ttl, alias.get(0).getTTL());
      owner = ((CNAMERecord) alias.get(0)).getTarget();
    }
  }

  private static CompletableFuture<Found> failed(Kind kind, String words) {
    return CompletableFuture.failedFuture(new NameFailure(kind, words));
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
