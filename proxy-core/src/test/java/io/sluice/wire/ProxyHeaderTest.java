package io.sluice.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.linux.SockAddr;
import io.sluice.wire.ProxyHeader.Tlv;
import java.net.InetAddress;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Headers against bytes that were put together by hand from proxy-protocol.txt, section 2.2. */
class ProxyHeaderTest {
  private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

  private static SockAddr inet(String ip, int port) throws Exception {
    return SockAddr.inet(InetAddress.getByName(ip), port);
  }

  private static String hex(SockAddr from, SockAddr to, Tlv... tlvs) {
    return HexFormat.of().formatHex(ProxyHeader.v2(from, to, List.of(tlvs)));
  }

  @Test
  void ipv4() throws Exception {
    assertThat(hex(inet("192.0.2.1", 0xC001), inet("198.51.100.7", 443)))
        .isEqualTo(SIGNATURE + "2111000c" + "c0000201" + "c6336407" + "c001" + "01bb");
  }

  @Test
  void ipv6() throws Exception {
    assertThat(hex(inet("2001:db8::1", 1), inet("2001:db8::2", 65535)))
        .isEqualTo(
            SIGNATURE
                + "21210024"
                + "20010db8000000000000000000000001"
                + "20010db8000000000000000000000002"
                + "0001ffff");
  }

  @Test
  void mixedFamiliesAreIpv6WithTheOtherMapped() throws Exception {
    assertThat(hex(inet("192.0.2.1", 1), inet("2001:db8::2", 2)))
        .isEqualTo(
            SIGNATURE
                + "21210024"
                + "00000000000000000000ffffc0000201"
                + "20010db8000000000000000000000002"
                + "00010002");
  }

  @Test
  void unixAddressesAreLeftOutAndTlvsStay() {
    assertThat(hex(SockAddr.UNNAMED, SockAddr.UNNAMED, Tlv.text(ProxyHeader.UNIQUE_ID, "ab")))
        .isEqualTo(SIGNATURE + "21000005" + "05" + "0002" + "6162");
  }

  @Test
  void tlvsStandInTheirOrderBehindTheAddresses() throws Exception {
    Tlv[] tlvs = {Tlv.text(ProxyHeader.CUSTOM, "x"), Tlv.text(ProxyHeader.CUSTOM + 1, "")};
    assertThat(hex(inet("127.0.0.1", 1), inet("127.0.0.1", 2), tlvs))
        .isEqualTo(
            SIGNATURE + "21110013" + "7f0000017f000001" + "00010002" + "e0000178" + "e10000");
  }

  @Test
  void whatTheLengthCannotTellIsRefused() throws Exception {
    SockAddr address = inet("127.0.0.1", 1);
    Tlv long1 = Tlv.text(ProxyHeader.CUSTOM, "x".repeat(40_000));
    assertThatThrownBy(() -> ProxyHeader.v2(address, address, List.of(long1, long1)))
        .isInstanceOf(IllegalArgumentException.class);
    byte[] header = ProxyHeader.v2(address, address, List.of(long1));
    assertThat(((header[14] & 0xFF) << 8) | (header[15] & 0xFF)).isEqualTo(header.length - 16);
  }
}
