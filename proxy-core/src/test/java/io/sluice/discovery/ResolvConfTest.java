package io.sluice.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResolvConfTest {
  @TempDir Path directory;

  @Test
  void nameServersInTheOrderOfTheFile() throws Exception {
    Path file =
        Files.writeString(
            directory.resolve("resolv.conf"),
            """
            # nameserver 10.0.0.9
            search example.org
            nameserver 10.0.0.53
              nameserver\t2001:db8::53   # the other one
            nameserver not.an.address
            nameserver
            options timeout:1
            """);

    assertThat(ResolvConf.nameServers(file))
        .extracting(server -> server.getAddress().getHostAddress() + " " + server.getPort())
        .containsExactly("10.0.0.53 53", "2001:db8:0:0:0:0:0:53 53");
  }

  /** A lookup would wait for the name servers that are only just being read. */
  @ParameterizedTest
  @CsvSource({
    "10.0.0.53, true",
    "2001:db8::53, true",
    "::1, true",
    "::ffff:10.0.0.53, true",
    "fe80::1%eth0, true",
    "cafe, false",
    "dead.beef, false",
    "300.1.1.1, false",
    "10.0.0, false",
    ".::1, false",
    "ns%a:b, false"
  })
  void namesAreNotLookedUp(String host, boolean isLiteral) {
    assertThat(ResolvConf.isLiteral(host)).isEqualTo(isLiteral);
  }

  @Test
  void withoutAnyItIsTheOneOfThisHost() {
    assertThat(ResolvConf.nameServers(directory.resolve("none")))
        .singleElement()
        .satisfies(server -> assertThat(server.getAddress().isLoopbackAddress()).isTrue());
  }
}
