package io.sluice.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

/** The bits of an address, by which clients are told apart. */
class AddressBitsTest {

  private static SockAddr inet(String host) throws Exception {
    return SockAddr.inet(InetAddress.getByName(host), 80);
  }

  @Test
  void bothHalvesOfAnIpv6AddressAreInNetworkOrder() throws Exception {
    SockAddr address = inet("2001:db8::1:2");

    assertThat(address.addressHigh()).isEqualTo(0x20010db800000000L);
    assertThat(address.addressLow()).isEqualTo(0x10002L);
  }

  @Test
  void anIpv4AddressIsTheMappedOne() throws Exception {
    SockAddr address = inet("200.1.2.3");

    assertThat(address.addressHigh()).isZero();
    assertThat(address.addressLow()).isEqualTo(0xFFFF_C8_01_02_03L);
  }

  @Test
  void aUnixAddressHasNone() {
    assertThat(SockAddr.unixPath("/a").addressHigh()).isZero();
    assertThat(SockAddr.unixPath("/a").addressLow()).isZero();
  }
}
