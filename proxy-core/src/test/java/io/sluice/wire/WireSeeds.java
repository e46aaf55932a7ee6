package io.sluice.wire;

import static io.sluice.wire.Prefixes.bytes;
import static io.sluice.wire.Prefixes.join;

import io.sluice.linux.SockAddr;
import io.sluice.wire.ProxyHeader.Tlv;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** Good input, from which tests make bad input. */
final class WireSeeds {
  private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

  private WireSeeds() {}

  static Stream<byte[]> proxyHeaders() throws Exception {
    SockAddr ipv4 = SockAddr.inet(InetAddress.getByName("192.0.2.1"), 49_153);
    SockAddr ipv6 = SockAddr.inet(InetAddress.getByName("2001:db8::1"), 443);
    List<Tlv> tlvs =
        List.of(
            Tlv.text(ProxyHeader.ALPN, "h2"),
            Tlv.text(ProxyHeader.UNIQUE_ID, "id-7"),
            Tlv.of(ProxyHeader.NOOP, new byte[2]),
            Tlv.of(ProxyHeader.SSL, bytes("01 00000000 21 0007 544c5376312e33 23 0000")));
    byte[] block = ProxyHeader.v2(ipv4, ipv6, tlvs);
    return Stream.of(
        ProxyHeader.v1(ipv4, ipv4),
        ProxyHeader.v1(ipv6, ipv4),
        "PROXY TCP6 1:2:3:4:5:6:7.8.9.10 ::ffff 65535 0\r\n".getBytes(StandardCharsets.US_ASCII),
        "PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII),
        "PROXY UNKNOWN a b c\r\npayload".getBytes(StandardCharsets.US_ASCII),
        ProxyHeader.v2(ipv4, ipv4, List.of()),
        block,
        join(ProxyHeader.withChecksum(block), new byte[8]),
        ProxyHeader.local(),
        ProxyHeader.withChecksum(ProxyHeader.local()),
        bytes(SIGNATURE + "2131 00db" + "2f61".repeat(108) + "04 0000"),
        bytes(SIGNATURE + "2112 000c" + "01".repeat(12)));
  }

  static Stream<byte[]> clientHellos() throws Exception {
    byte[] message = Hellos.message(Hellos.ofJdk("TLSv1.3", "www.example.com", "h2", "http/1.1"));
    byte[] small = Hellos.message(join(Hellos.serverName("a.b"), Hellos.alpn("h2", "x")), 32);
    return Stream.of(
        Hellos.record(message),
        Hellos.records(message, at -> 100),
        Hellos.ofJdk("TLSv1.2", "www.example.com"),
        Hellos.record(small),
        Hellos.records(small, at -> 1),
        Hellos.records(small, at -> 7),
        Hellos.record(Hellos.message(null, 0)),
        Hellos.records(Hellos.message(Hellos.extension(21, new byte[900]), 0), at -> 500));
  }
}
