package io.sluice.session;

import io.sluice.backend.Backend;
import io.sluice.config.ProxyPolicy;
import io.sluice.linux.Errno;
import io.sluice.linux.SockAddr;
import io.sluice.transport.StreamSocket;
import io.sluice.wire.ClientHelloReader;
import io.sluice.wire.ProxiedConnection;
import io.sluice.wire.ProxyHeader.Tlv;
import io.sluice.wire.ProxyHeaderFault;
import io.sluice.wire.ProxyHeaderReader;
import java.nio.ByteBuffer;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a {@link Session} hears from its client before it looks for a server: a PROXY header, which
 * is taken off, and a ClientHello, which stays.
 *
 * <pre>
 *   HEADER ──header, or none where none is needed──▶ HELLO ──hello, other bytes, silence──▶ OVER
 *      └──── none where one is needed, a bad one, one that is not wanted ────▶ FAILED
 * </pre>
 *
 * <p>Invariant: no byte of the client is kept here. Each look begins at the first byte that nobody
 * has taken, in a buffer that the loop's sessions share; so however a header is cut into segments,
 * and whatever follows it, the pump finds the payload in the socket.
 *
 * <p>Loop thread only; owned by its Session, whose timer stands for the deadline of the step.
 */
final class Greeting {
  private enum State {
    HEADER,
    HELLO,
    OVER,
    FAILED
  }

  private static final Logger LOG = LoggerFactory.getLogger(Greeting.class);

  private static final String UNWANTED = "Received a PROXY protocol header where none is allowed";

  private final GreetingTerms terms;
  private final StreamSocket client;
  private final ProxyPolicy policy;
  private State state;
  private ProxiedConnection proxied;
  private String serverName;
  private Backend backend;
  private String fault;

  Greeting(GreetingTerms terms, StreamSocket client) {
    this.terms = terms;
    this.client = client;
    policy = terms.policyFor(client.peer());
    state = policy == ProxyPolicy.OFF ? afterHeader() : State.HEADER;
    backend = terms.byDefault();
  }

  private State afterHeader() {
    return terms.inspects() ? State.HELLO : State.OVER;
  }

  /** How long the step that it is at may take, from its beginning; {@link Relay#NEVER} for ever. */
  long stepNs() {
    return switch (state) {
      case HEADER -> terms.headerNs();
      case HELLO -> terms.inspectNs();
      case OVER, FAILED -> Relay.NEVER;
    };
  }

  /** Whether the client's address is not known yet. */
  boolean isAtHeader() {
    return state == State.HEADER;
  }

  boolean isOver() {
    return state == State.OVER;
  }

  /**
   * Takes in what has come, until it is over, has failed, or more is needed.
   *
   * @param shared room for what is looked at
   * @param late whether the time of the step is over, so that what has come must do
   * @return true when another step has begun, with a time of its own
   */
  boolean listen(ByteBuffer shared, boolean late) {
    State before = state;
    if (state == State.HEADER) {
      readHeader(shared, late);
    }
    if (state == State.HELLO) {
      readHello(shared, late && state == before);
    }
    return state != before;
  }

  private void readHeader(ByteBuffer shared, boolean late) {
    // Known before the look: what the look then finds is all.
    boolean isAll = client.isInputEnded();
    int seen = look(shared, terms.headerBytesMax());
    ProxyHeaderReader reader = new ProxyHeaderReader(terms.headerBytesMax());
    ProxyHeaderReader.Result result = reader.read(shared);
    switch (result) {
      case MORE -> {
        if (isAll || client.isInputEnded()) {
          without(ProxyHeaderFault.endOfStream(seen), policy == ProxyPolicy.REQUIRE);
        } else if (late) {
          // Half a header may be followed by its other half, which must not pass for payload.
          without(ProxyHeaderFault.TIMEOUT, policy == ProxyPolicy.REQUIRE || seen > 0);
        }
      }
      case NONE -> without(reader.fault(), policy == ProxyPolicy.REQUIRE);
      case INVALID -> {
        LOG.debug("{}: bad PROXY header: {}", client.peer(), reader.detail());
        without(reader.fault(), true);
      }
      case DONE -> with(reader.connection());
    }
  }

  private void with(ProxiedConnection found) {
    if (policy == ProxyPolicy.REJECT) {
      fault = UNWANTED;
      become(State.FAILED);
      return;
    }
    client.skip(found.headerBytes());
    if (policy != ProxyPolicy.IGNORE) {
      proxied = found;
    }
    onHeaderOver();
  }

  private void without(ProxyHeaderFault reason, boolean fatal) {
    if (fatal) {
      fault = reason.text();
      become(State.FAILED);
    } else {
      onHeaderOver();
    }
  }

  private void onHeaderOver() {
    become(afterHeader());
  }

  private void readHello(ByteBuffer shared, boolean late) {
    boolean isAll = client.isInputEnded();
    look(shared, ClientHelloReader.DEFAULT_BOUND_BYTES);
    ClientHelloReader reader = new ClientHelloReader(ClientHelloReader.DEFAULT_BOUND_BYTES);
    ClientHelloReader.Result result = reader.read(shared);
    if (result == ClientHelloReader.Result.MORE && !late && !isAll && !client.isInputEnded()) {
      return;
    }
    if (result == ClientHelloReader.Result.DONE) {
      serverName = reader.hello().serverName();
      backend = terms.route(reader.hello());
    } else if (result == ClientHelloReader.Result.INVALID) {
      LOG.debug("{}: bad ClientHello: {}", source(), reader.detail());
    }
    become(State.OVER);
  }

  /** Fills {@code shared} with at most {@code max} of the bytes that wait; returns how many. */
  private int look(ByteBuffer shared, int max) {
    long seen = client.isReadable() ? client.peek(shared.clear().limit(max)) : -Errno.EAGAIN;
    if (seen <= 0) {
      shared.position(0);
    }
    shared.flip();
    return shared.limit();
  }

  private void become(State next) {
    boolean legal =
        switch (state) {
          case HEADER -> next != State.HEADER;
          case HELLO -> next == State.OVER;
          case OVER, FAILED -> false;
        };
    assert legal : state + " -> " + next;
    state = next;
  }

  /** The client's address: that of the PROXY header, if one was believed. */
  SockAddr source() {
    return isProxied() ? proxied.source() : client.peer();
  }

  /** What the client connected to, likewise. */
  SockAddr destination() {
    return isProxied() ? proxied.destination() : client.local();
  }

  private boolean isProxied() {
    return proxied != null && proxied.source() != null;
  }

  /** What else the PROXY header told. */
  List<Tlv> tlvs() {
    return proxied == null ? List.of() : proxied.tlvs();
  }

  /** The name in the ClientHello, or null. */
  String serverName() {
    return serverName;
  }

  /** Where the connection goes, once the greeting is over. */
  Backend backend() {
    return backend;
  }

  /** Why it failed, a sentence without full stop; null if it did not. */
  String fault() {
    return fault;
  }
}
