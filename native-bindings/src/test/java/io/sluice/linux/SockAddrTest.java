package io.sluice.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SockAddrTest {

  private static final boolean LITTLE = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

  private static SockAddr inet(String literal, int port) throws UnknownHostException {
    return SockAddr.inet(InetAddress.getByName(literal), port);
  }

  private static SockAddr scoped(String literal, int scopeId, int port)
      throws UnknownHostException {
    byte[] bytes = InetAddress.getByName(literal).getAddress();
    return SockAddr.inet(Inet6Address.getByAddress(null, bytes, scopeId), port);
  }

  private static SockAddr mapped(int port) throws UnknownHostException {
    return mapped("1.2.3.4", port);
  }

  private static SockAddr mapped(String ipv4, int port) throws UnknownHostException {
    byte[] bytes = new byte[16];
    bytes[10] = (byte) 0xFF;
    bytes[11] = (byte) 0xFF;
    System.arraycopy(InetAddress.getByName(ipv4).getAddress(), 0, bytes, 12, 4);
    return SockAddr.inet(Inet6Address.getByAddress(null, bytes, -1), port);
  }

  static Stream<Arguments> encodings() throws UnknownHostException {
    String zeros = "00".repeat(8);
    return Stream.of(
        Arguments.of(inet("1.2.3.4", 80), "1.2.3.4:80", "0200" + "0050" + "01020304" + zeros),
        Arguments.of(
            inet("255.254.0.1", 65535), "255.254.0.1:65535", "0200" + "ffff" + "fffe0001" + zeros),
        Arguments.of(
            inet("::1", 80), "[::1]:80", "0a00" + "0050" + "00".repeat(4 + 15) + "01" + "00000000"),
        Arguments.of(
            scoped("fe80::1", 2, 80),
            "[fe80::1%2]:80",
            "0a00005000000000" + "fe80" + "00".repeat(13) + "01" + "02000000"),
        Arguments.of(
            mapped(443),
            "[::ffff:1.2.3.4]:443",
            "0a0001bb00000000" + "00".repeat(10) + "ffff01020304" + "00000000"),
        Arguments.of(SockAddr.unixPath("/run/x"), "unix:/run/x", "0100" + "2f72756e2f78" + "00"),
        Arguments.of(SockAddr.unixPath("/é"), "unix:/é", "0100" + "2fc3a9" + "00"),
        Arguments.of(SockAddr.unixAbstract("name"), "unix:@name", "0100" + "00" + "6e616d65"),
        Arguments.of(SockAddr.unixAbstract("a\0b"), "unix:@a@b", "0100" + "00" + "610062"),
        Arguments.of(SockAddr.UNNAMED, "unix:", "0100"));
  }

  @ParameterizedTest
  @MethodSource("encodings")
  void everyFamilyEncodesAsTheKernelReadsItAndBack(SockAddr address, String text, String hex) {
    // A foreign byte order must make no difference, nor may old content shine through.
    for (ByteOrder order : new ByteOrder[] {ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN}) {
      ByteBuffer buffer = ByteBuffer.allocateDirect(SockAddr.MAX_LENGTH).order(order);
      while (buffer.hasRemaining()) {
        buffer.put((byte) 0xEE);
      }

      int length = address.encode(buffer);

      byte[] encoded = new byte[length];
      buffer.get(0, encoded);
      if (LITTLE) {
        assertThat(HexFormat.of().formatHex(encoded)).isEqualTo(hex);
      }
      SockAddr decoded = SockAddr.decode(buffer, length);
      assertThat(decoded).isEqualTo(address).hasSameHashCodeAs(address);
      assertThat(decoded).hasToString(text);
      assertThat(buffer.order()).isEqualTo(order);
    }
  }

  @Test
  void differentAddressesAreNotEqual() throws UnknownHostException {
    assertThat(inet("1.2.3.4", 80)).isNotEqualTo(inet("1.2.3.4", 81));
    assertThat(inet("1.2.3.4", 80)).isNotEqualTo(inet("1.2.3.5", 80)).isNotEqualTo(mapped(80));
    assertThat(scoped("fe80::1", 2, 80)).isNotEqualTo(scoped("fe80::1", 3, 80));
    assertThat(SockAddr.unixPath("a")).isNotEqualTo(SockAddr.unixAbstract("a"));
    assertThat(SockAddr.UNNAMED).isNotEqualTo(SockAddr.unixAbstract(""));
  }

  static Stream<Arguments> ipv6Texts() {
    return Stream.of(
        Arguments.of("0:0:0:0:0:0:0:0", "[::]:1"),
        Arguments.of("1:0:0:0:0:0:0:0", "[1::]:1"),
        Arguments.of("2001:db8:0:0:1:0:0:1", "[2001:db8::1:0:0:1]:1"),
        Arguments.of("2001:db8:0:1:1:1:1:1", "[2001:db8:0:1:1:1:1:1]:1"),
        Arguments.of("1:0:0:2:0:0:0:3", "[1:0:0:2::3]:1"),
        Arguments.of("ABCD:ef01:2:3:4:5:6:7", "[abcd:ef01:2:3:4:5:6:7]:1"),
        Arguments.of("0:0:1:1:1:1:1:1", "[::1:1:1:1:1:1]:1"));
  }

  @ParameterizedTest
  @MethodSource("ipv6Texts")
  void ipv6IsWrittenAsRfc5952Says(String literal, String text) throws UnknownHostException {
    assertThat(inet(literal, 1)).hasToString(text);
    assertThat("[" + inet(literal, 1).host() + "]:1").isEqualTo(text);
  }

  @Test
  void theHostIsTheIpAddressAlone() throws UnknownHostException {
    assertThat(inet("1.2.3.4", 80).host()).isEqualTo("1.2.3.4");
    assertThat(mapped(80).host()).isEqualTo("::ffff:1.2.3.4");
    assertThat(scoped("fe80::1", 2, 80).host()).isEqualTo("fe80::1");
    assertThatThrownBy(() -> SockAddr.unixPath("/x").host())
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void familyAndPortAreKnown() throws UnknownHostException {
    assertThat(inet("1.2.3.4", 80).family()).isEqualTo(Linux.AF_INET);
    assertThat(inet("::1", 443).family()).isEqualTo(Linux.AF_INET6);
    assertThat(inet("::1", 443).port()).isEqualTo(443);
    assertThat(SockAddr.unixPath("/x").isUnix()).isTrue();
    assertThat(SockAddr.unixPath("/x").port()).isZero();
    assertThat(inet("1.2.3.4", 80).isUnix()).isFalse();
  }

  @Test
  void aMappedAddressCanBeUnmapped() throws UnknownHostException {
    assertThat(mapped(80).unmapped()).isEqualTo(inet("1.2.3.4", 80));
    SockAddr plain = inet("::1", 80);
    assertThat(plain.unmapped()).isSameAs(plain);
  }

  @Test
  void longestNamesFitAndLongerOnesAreRefusedWithTheirLength() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(SockAddr.MAX_LENGTH);
    SockAddr longest = SockAddr.unixPath("p".repeat(107));
    assertThat(longest.encode(buffer)).isEqualTo(2 + 107 + 1);
    assertThat(SockAddr.unixAbstract("n".repeat(107)).encode(buffer)).isEqualTo(2 + 1 + 107);

    assertThatThrownBy(() -> SockAddr.unixPath("é".repeat(54)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("108 bytes")
        .hasMessageContaining("107");
    assertThatThrownBy(() -> SockAddr.unixAbstract("n".repeat(108)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SockAddr.unixPath("")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SockAddr.unixPath("a\0b"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void badInputIsRefused() {
    ByteBuffer buffer = ByteBuffer.allocate(SockAddr.MAX_LENGTH);
    buffer.put(0, (byte) 16).put(1, (byte) (LITTLE ? 0 : 16));
    assertThatThrownBy(() -> SockAddr.decode(buffer, 12)).hasMessageContaining("family");
    SockAddr.UNNAMED.encode(buffer);
    assertThat(SockAddr.decode(buffer, 0)).isSameAs(SockAddr.UNNAMED);
    assertThatThrownBy(() -> inet("1.2.3.4", 65536)).hasMessageContaining("65536");
    assertThatThrownBy(
            () -> {
              inet("1.2.3.4", 1).encode(buffer);
              SockAddr.decode(buffer, 8);
            })
        .hasMessageContaining("8 bytes");
  }

  @Test
  void javaAddressesRoundTrip() throws UnknownHostException {
    for (SockAddr address :
        new SockAddr[] {
          inet("1.2.3.4", 80), inet("::1", 80), mapped(80), SockAddr.unixPath("/run/x")
        }) {
      assertThat(SockAddr.fromJava(address.toJava())).isEqualTo(address);
    }
    SockAddr scoped = scoped("fe80::1", 2, 80);
    InetSocketAddress java = (InetSocketAddress) scoped.toJava();
    assertThat(((Inet6Address) java.getAddress()).getScopeId()).isEqualTo(2);
    assertThat(SockAddr.fromJava(java)).isEqualTo(scoped);
    assertThat(SockAddr.fromJava(UnixDomainSocketAddress.of(""))).isSameAs(SockAddr.UNNAMED);
    assertThat(SockAddr.UNNAMED.toJava()).isEqualTo(UnixDomainSocketAddress.of(""));
    assertThatThrownBy(() -> SockAddr.unixAbstract("x").toJava())
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> SockAddr.fromJava(InetSocketAddress.createUnresolved("x", 1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "asks the kernel of Linux")
  void theKernelAgrees(@TempDir Path directory) throws IOException {
    Syscalls sys = LinuxSyscalls.open();
    String unique = "sluice-test-" + ProcessHandle.current().pid();

    for (SockAddr address :
        new SockAddr[] {
          SockAddr.unixPath(directory.resolve("plain.sock").toString()),
          SockAddr.unixPath(directory + "/é-ü.sock"),
          SockAddr.unixAbstract(unique),
          SockAddr.unixAbstract(unique + "\0ü"),
        }) {
      assertThat(boundAndAsked(sys, address)).isEqualTo(address);
    }
    assertThat(directory.resolve("plain.sock")).exists();
    for (String literal : new String[] {"127.0.0.1", "127.1.2.3"}) {
      SockAddr bound = boundAndAsked(sys, inet(literal, 0));
      assertThat(bound.port()).isPositive();
      assertThat(bound).isEqualTo(inet(literal, bound.port()));
    }
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "asks the kernel of Linux")
  void theKernelAgreesOnIpv6() throws IOException {
    assumeTrue(Files.exists(Path.of("/proc/net/if_inet6")), "this machine has no IPv6");
    Syscalls sys = LinuxSyscalls.open();

    SockAddr loopback = boundAndAsked(sys, inet("::1", 0));
    SockAddr dualStack = boundAndAsked(sys, mapped("127.0.0.1", 0));

    assertThat(loopback).isEqualTo(inet("::1", loopback.port()));
    assertThat(dualStack.family()).isEqualTo(Linux.AF_INET6);
    assertThat(dualStack.unmapped()).isEqualTo(inet("127.0.0.1", dualStack.port()));
  }

  private static SockAddr boundAndAsked(Syscalls sys, SockAddr address) throws IOException {
    NativeMemory memory = NativeMemory.allocate(SockAddr.MAX_LENGTH + Integer.BYTES);
    int type = Linux.SOCK_STREAM | Linux.SOCK_CLOEXEC;
    try (Fd fd = new Fd(sys, sys.socket(address.family(), type, 0))) {
      int length = address.encode(memory.buffer());
      int bound = sys.bind(fd.raw(), memory.address(), length);
      ErrnoException.check("bind", bound, address.toString());
      memory.buffer().putInt(SockAddr.MAX_LENGTH, SockAddr.MAX_LENGTH);
      sys.getsockname(fd.raw(), memory.address(), memory.address() + SockAddr.MAX_LENGTH);
      return SockAddr.decode(memory.buffer(), memory.buffer().getInt(SockAddr.MAX_LENGTH));
    }
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "asks the kernel of Linux")
  void bothSidesOfAConnectionSeeEachOther() throws IOException {
    try (TcpPair tcp = new TcpPair(LinuxSyscalls.open())) {
      SockAddr client = tcp.localAddress(tcp.client.raw());
      SockAddr server = tcp.localAddress(tcp.server.raw());

      assertThat(tcp.peerAddress(tcp.server.raw())).isEqualTo(client);
      assertThat(tcp.peerAddress(tcp.client.raw())).isEqualTo(server);
      assertThat(client).isNotEqualTo(server);
    }
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "asks the kernel of Linux")
  void aSocketWithoutANameIsUnnamed() throws IOException {
    Syscalls sys = LinuxSyscalls.open();
    NativeMemory memory = NativeMemory.allocate(SockAddr.MAX_LENGTH + Integer.BYTES);
    try (Fd fd = new Fd(sys, sys.socket(Linux.AF_UNIX, Linux.SOCK_STREAM, 0))) {
      memory.buffer().putInt(SockAddr.MAX_LENGTH, SockAddr.MAX_LENGTH);
      sys.getsockname(fd.raw(), memory.address(), memory.address() + SockAddr.MAX_LENGTH);

      int length = memory.buffer().getInt(SockAddr.MAX_LENGTH);
      assertThat(SockAddr.decode(memory.buffer(), length)).isSameAs(SockAddr.UNNAMED);
    }
  }
}
