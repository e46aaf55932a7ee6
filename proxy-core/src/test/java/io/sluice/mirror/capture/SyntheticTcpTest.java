package io.sluice.mirror.capture;

import static io.sluice.mirror.capture.SyntheticTcp.ACK;
import static io.sluice.mirror.capture.SyntheticTcp.PSH;
import static io.sluice.mirror.capture.SyntheticTcp.SYN;
import static io.sluice.transport.Direction.TO_CLIENT;
import static io.sluice.transport.Direction.TO_SERVER;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.transport.Direction;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class SyntheticTcpTest {

  private static final int SEQUENCE_AT = 24;
  private static final int ACKNOWLEDGEMENT_AT = 28;

  private final ByteBuffer out = ByteBuffer.allocate(SyntheticTcp.HEADER_BYTES_MAX);

  private void put(SyntheticTcp tcp, Direction direction, int flags, int bytes) {
    out.clear();
    tcp.putHeaders(out, direction, flags, bytes);
  }

  @Test
  void numbersWrapAtFourGigabytesMoreThanOnce() {
    SyntheticTcp tcp = new SyntheticTcp(CaptureScene.session("s"), 0, 0xFFFF_FF00, 7);
    put(tcp, TO_SERVER, SYN, 0);
    put(tcp, TO_CLIENT, SYN | ACK, 0);
    assertThat(out.getInt(ACKNOWLEDGEMENT_AT)).isEqualTo(0xFFFF_FF01);

    long sent = 0;
    long wraps = 0;
    while (sent < 9L << 30) {
      put(tcp, TO_SERVER, PSH | ACK, SyntheticTcp.PAYLOAD_BYTES_MAX);
      long expected = 0xFFFF_FF01L + sent;
      assertThat(out.getInt(SEQUENCE_AT)).isEqualTo((int) expected);
      assertThat(out.getInt(ACKNOWLEDGEMENT_AT)).isEqualTo(8);
      sent += SyntheticTcp.PAYLOAD_BYTES_MAX;
      wraps = expected >>> 32;
      if (tcp.isAckDue(TO_SERVER, SyntheticTcp.PAYLOAD_BYTES_MAX)) {
        put(tcp, TO_CLIENT, ACK, 0);
        assertThat(out.getInt(ACKNOWLEDGEMENT_AT)).isEqualTo((int) (0xFFFF_FF01L + sent));
        assertThat(tcp.unacknowledged(TO_SERVER)).isZero();
      }
      assertThat(tcp.unacknowledged(TO_SERVER)).isLessThanOrEqualTo(1 << 20);
    }
    assertThat(wraps).isGreaterThan(1);
  }

  @Test
  void packetThatWasNotWrittenIsTakenBack() {
    SyntheticTcp tcp = new SyntheticTcp(CaptureScene.session("s"), 0, 100, 200);
    put(tcp, TO_SERVER, SYN, 0);
    put(tcp, TO_CLIENT, SYN | ACK, 0);
    put(tcp, TO_SERVER, PSH | ACK, 50);
    tcp.takeBack();

    put(tcp, TO_CLIENT, ACK, 0);
    assertThat(out.getInt(ACKNOWLEDGEMENT_AT)).isEqualTo(101);
    put(tcp, TO_SERVER, ACK, 0);
    assertThat(out.getInt(SEQUENCE_AT)).isEqualTo(101);
  }
}
