package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sluice.config.Address.Abstract;
import io.sluice.config.Address.Systemd;
import io.sluice.config.Address.Tcp;
import io.sluice.config.Address.Unix;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressParserTest {

  static Stream<Arguments> goodBinds() {
    return Stream.of(
        Arguments.of("127.0.0.1:8080", new Tcp("127.0.0.1", 8080)),
        Arguments.of("localhost:0", new Tcp("localhost", 0)),
        Arguments.of("my_host-1.example.com.:65535", new Tcp("my_host-1.example.com.", 65535)),
        Arguments.of("[::]:80", new Tcp("::", 80)),
        Arguments.of("[::ffff:10.0.0.1]:80", new Tcp("::ffff:10.0.0.1", 80)),
        Arguments.of("[fe80::1%eth0]:80", new Tcp("fe80::1%eth0", 80)),
        Arguments.of(":80", new Tcp("", 80)),
        Arguments.of("unix:/run/a b.sock", new Unix("/run/a b.sock")),
        Arguments.of("unix:@sluice/web", new Abstract("sluice/web")),
        Arguments.of("systemd:web", new Systemd("web")),
        Arguments.of("systemd:sluice@a.socket", new Systemd("sluice@a.socket")),
        Arguments.of("unix:/" + "x".repeat(106), new Unix("/" + "x".repeat(106))));
  }

  @ParameterizedTest
  @MethodSource("goodBinds")
  void everyFormIsReadAndWrittenBack(String text, Address address) {
    assertThat(AddressParser.parseBind(text)).isEqualTo(address);
    assertThat(address).hasToString(text);
  }

  @Test
  void starMeansEveryAddress() {
    assertThat(AddressParser.parseBind("*:80")).isEqualTo(new Tcp("", 80));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "\"\" | an address is host:port, [ipv6]:port, :port or unix:/path",
        "host | the port is missing: host:port",
        "systemd: | the name of the socket is missing: systemd:NAME, from its unit",
        "systemd:a:b | the name of a socket has at most 255 printable ASCII characters and no"
            + " colon",
        "host: | the port is missing after the colon",
        "host:70000 | port 70000 is not between 0 and 65535",
        "host:99999999999999 | port 99999999999999 is not between 0 and 65535",
        "host:-1 | port -1 is not a number between 0 and 65535",
        "host:http | port http is not a number between 0 and 65535",
        "::1:80 | an IPv6 address needs brackets: [::1]:80",
        "::1 | an IPv6 address needs brackets: [::1]:port",
        "2001:db8::7 | an IPv6 address needs brackets: [2001:db8::7]:port",
        "a:b:80 | an IPv6 address needs brackets: [::1]:80",
        "[::1:80 | the closing bracket is missing: [ipv6]:port",
        "[::1] | the port is missing: [::1]:port",
        "[::1]80 | after the bracket comes :port, not 80",
        "[::g]:80 | ::g is not an IPv6 address",
        "[127.0.0.1]:80 | 127.0.0.1 is not an IPv6 address",
        "[1:2:3]:80 | 1:2:3 is not an IPv6 address",
        "[fe80::1%]:80 | fe80::1% needs the name of a network interface after %",
        "300.1.1.1:80 | 300.1.1.1 is not an IPv4 address",
        "10.1:80 | 10.1 is not an IPv4 address",
        "010.0.0.1:80 | 010.0.0.1 is not an IPv4 address",
        "a b:80 | a b is not a host name",
        "-a:80 | -a is not a host name",
        "/run/x.sock | a UNIX path is written unix:/run/x.sock",
        "unix: | a UNIX address needs a path or a name: unix:/path or unix:@name",
        "unix:@ | a UNIX address needs a path or a name: unix:/path or unix:@name",
        "unix:run/x | a UNIX path must begin with /",
        "unix:/run/ | a UNIX path cannot end with /",
      })
  void badAddressesAreExplained(String text, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AddressParser.parseBind(text))
        .withMessage(message);
  }

  @Test
  void unixPathIsLimitedInBytesNotCharacters() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AddressParser.parseBind("unix:/" + "é".repeat(54)))
        .withMessage("a UNIX path has at most 107 bytes, this one has 109");
  }

  @ParameterizedTest
  @ValueSource(strings = {"h:1", "[::1]:1", "unix:/s", "unix:@s"})
  void serversAreConcrete(String text) {
    assertThat(AddressParser.parseServer(text)).hasToString(text);
  }

  @ParameterizedTest
  @CsvSource({
    ":80,a server needs a host before the port",
    "*:80,a server needs a host before the port",
    "h:0,a server needs a port other than 0",
  })
  void serversAreNotWildcards(String text, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AddressParser.parseServer(text))
        .withMessage(message);
  }

  @ParameterizedTest
  @CsvSource({
    ":80, 0.0.0.0:80, true",
    ":80, [::1]:80, true",
    ":80, name:80, true",
    ":80, :81, false",
    ":0, :0, false",
    "0.0.0.0:80, 127.0.0.1:80, true",
    "0.0.0.0:80, [::1]:80, false",
    "0.0.0.0:80, name:80, false",
    "[::]:80, 127.0.0.1:80, true",
    "[::0]:80, 0.0.0.0:80, true",
    "[::1]:80, [0:0:0:0:0:0:0:1]:80, true",
    "[::1]:80, [::2]:80, false",
    "[::ffff:10.0.0.1]:80, 10.0.0.1:80, true",
    "[fe80::1%a]:80, [fe80::1%b]:80, false",
    "[fe80::1%a]:80, [fe80::1%a]:80, true",
    "[::]:80, [fe80::1%a]:80, true",
    "Name:80, name:80, true",
    "unix:/a, unix:/a, true",
    "unix:/a, unix:@/a, false",
    ":80, unix:/a, false",
  })
  void overlapIsWhatTheKernelWouldRefuse(String a, String b, boolean overlap) {
    Address left = AddressParser.parseBind(a);
    Address right = AddressParser.parseBind(b);

    assertThat(BindOverlap.overlap(left, false, right, false)).isEqualTo(overlap);
    assertThat(BindOverlap.overlap(right, false, left, false)).isEqualTo(overlap);
  }

  @Test
  void v6onlyLeavesIpv4ToOthers() {
    Address v6 = AddressParser.parseBind("[::]:80");
    Address v4 = AddressParser.parseBind("0.0.0.0:80");

    assertThat(BindOverlap.overlap(v6, true, v4, false)).isFalse();
    assertThat(BindOverlap.overlap(v4, false, v6, true)).isFalse();
    assertThat(BindOverlap.overlap(v4, true, v6, false)).isTrue();
  }
}
