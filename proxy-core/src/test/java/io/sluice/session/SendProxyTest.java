package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.Errno;
import io.sluice.linux.FaultySyscalls.Call;
import io.sluice.linux.SockAddr;
import io.sluice.wire.ProxiedConnection;
import io.sluice.wire.ProxyHeader;
import io.sluice.wire.ProxyHeaderReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The PROXY header that servers get. */
class SendProxyTest {
  private static final String V1_IN = "PROXY TCP4 192.0.2.7 198.51.100.9 4711 443\r\n";

  private static int port(Object address) {
    return ((InetSocketAddress) address).getPort();
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void version1GoesBeforeTheFirstByte(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 1, "send-proxy-protocol = v1\n")) {
      Peer client = harness.client();
      int from = port(client.channel().getLocalAddress());
      int to = port(harness.address());
      client.send("payload");
      Peer server = harness.accepted(0);

      harness.expect(server, "PROXY TCP4 127.0.0.1 127.0.0.1 " + from + " " + to + "\r\npayload");
      server.send("answer");
      harness.expect(client, "answer");
    }
  }

  /** Also to a server whose client says nothing: it must know at once. */
  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void theHeaderDoesNotWaitForTheClient(String transport) throws Exception {
    try (LoopHarness harness = LoopHarness.over(transport, 1, "send-proxy-protocol = v1\n")) {
      harness.client();
      Peer server = harness.accepted(0);
      harness.turnUntil("a header", () -> server.read().text().endsWith("\r\n"));
    }
  }

  @ParameterizedTest
  @CsvSource({"epoll, v1", "epoll, v2", "nio, v1", "nio, v2"})
  void whatAHeaderToldIsPassedOn(String transport, String version) throws Exception {
    String settings =
        "accept-proxy-protocol.otherwise = require\nsend-proxy-protocol = " + version + "\n";
    try (LoopHarness harness = LoopHarness.over(transport, 1, settings)) {
      harness.client().send(V1_IN + "payload").finish();
      Peer server = harness.accepted(0);
      harness.expectEof(server);
      ProxyHeaderReader reader = new ProxyHeaderReader(4096);

      assertThat(reader.read(ByteBuffer.wrap(server.bytes())))
          .isEqualTo(ProxyHeaderReader.Result.DONE);
      ProxiedConnection told = reader.connection();
      assertThat(told.source()).hasToString("192.0.2.7:4711");
      assertThat(told.destination()).hasToString("198.51.100.9:443");
      assertThat(server.text().substring(told.headerBytes())).isEqualTo("payload");
    }
  }

  @Test
  void whatVersion2ToldBesidesIsPassedOn() throws Exception {
    String settings = "accept-proxy-protocol.otherwise = require\nsend-proxy-protocol = v2\n";
    try (LoopHarness harness = LoopHarness.epoll(settings)) {
      byte[] header =
          ProxyHeader.v2(
              SockAddr.inet(InetAddress.getByName("192.0.2.7"), 1),
              SockAddr.inet(InetAddress.getByName("192.0.2.8"), 2),
              List.of(
                  ProxyHeader.Tlv.text(ProxyHeader.AUTHORITY, "a.example"),
                  ProxyHeader.Tlv.text(0xE3, "own")));
      harness.client().send(new String(header, StandardCharsets.ISO_8859_1) + "x").finish();
      Peer server = harness.accepted(0);
      harness.expectEof(server);

      assertThat(server.text()).isEqualTo(new String(header, StandardCharsets.ISO_8859_1) + "x");
    }
  }

  @Test
  void aHeaderThatFindsNoRoomIsSentLaterAndFirst() throws Exception {
    try (LoopHarness harness = LoopHarness.epoll("send-proxy-protocol = v1\n")) {
      harness.sys.failNth(Call.SEND, 1, Errno.EAGAIN);
      Peer client = harness.client();
      client.send("payload");
      Peer server = harness.accepted(0);
      harness.turns(2);
      // The socket has room, so the next report comes with what the server says.
      server.send("x");
      harness.turnUntil("the payload", () -> server.read().text().endsWith("payload"));

      assertThat(server.text()).startsWith("PROXY TCP4 ").contains("\r\npayload");
    }
  }

  @Test
  void eachAttemptBeginsWithAHeaderOfItsOwn() throws Exception {
    try (LoopHarness harness = LoopHarness.epoll(2, "send-proxy-protocol = v1\n")) {
      harness.sys.failNth(Call.SEND, 1, Errno.ECONNRESET);
      Peer client = harness.client();
      client.send("payload");
      Peer server = harness.accepted(1);
      harness.turnUntil("the payload", () -> server.read().text().endsWith("payload"));

      assertThat(server.text()).startsWith("PROXY TCP4 127.0.0.1 ");
      assertThat(server.text().indexOf("PROXY", 1)).isNegative();
    }
  }
}
