package io.sluice.mirror.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * The packets of one connection, followed as a receiver would: each must carry on exactly where its
 * sender's last one ended and acknowledge exactly what has been seen of the other side, or, where
 * it is told, no more than that.
 */
final class CapturedConversation {
  final List<CapturedPacket> packets = new ArrayList<>();
  private final ByteArrayOutputStream toServer = new ByteArrayOutputStream();
  private final ByteArrayOutputStream toClient = new ByteArrayOutputStream();

  /** The connection that {@code client} opened. */
  static CapturedConversation of(List<CapturedPacket> all, String client) {
    CapturedConversation conversation = new CapturedConversation();
    all.stream()
        .filter(packet -> packet.source().equals(client) || packet.target().equals(client))
        .forEach(conversation.packets::add);
    conversation.follow(client);
    return conversation;
  }

  byte[] toServer() {
    return toServer.toByteArray();
  }

  byte[] toClient() {
    return toClient.toByteArray();
  }

  String comment(int index) {
    return packets.get(index < 0 ? packets.size() + index : index).comment();
  }

  private void follow(String client) {
    assertThat(packets).hasSizeGreaterThanOrEqualTo(3);
    assertThat(packets.get(0).isExactly(SyntheticTcp.SYN)).isTrue();
    assertThat(packets.get(0).source()).isEqualTo(client);
    assertThat(packets.get(1).isExactly(SyntheticTcp.SYN | SyntheticTcp.ACK)).isTrue();
    assertThat(packets.get(2).isExactly(SyntheticTcp.ACK)).isTrue();
    int clientNext = packets.get(0).sequence();
    int serverNext = packets.get(1).sequence();
    long timeNs = 0;
    for (CapturedPacket packet : packets) {
      boolean fromClient = packet.source().equals(client);
      assertThat(packet.sequence()).isEqualTo(fromClient ? clientNext : serverNext);
      if (packet.has(SyntheticTcp.ACK)) {
        assertThat(packet.acknowledgement()).isEqualTo(fromClient ? serverNext : clientNext);
      }
      assertThat(packet.wallNs()).isGreaterThanOrEqualTo(timeNs);
      timeNs = packet.wallNs();
      int taken =
          packet.payload().remaining()
              + (packet.has(SyntheticTcp.SYN) || packet.has(SyntheticTcp.FIN) ? 1 : 0);
      (fromClient ? toServer : toClient).writeBytes(packet.payload().array());
      clientNext += fromClient ? taken : 0;
      serverNext += fromClient ? 0 : taken;
    }
  }
}
