package io.sluice.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  @Test
  void withoutAnyItIsTheOneOfThisHost() {
    assertThat(ResolvConf.nameServers(directory.resolve("none")))
        .singleElement()
        .satisfies(server -> assertThat(server.getAddress().isLoopbackAddress()).isTrue());
  }
}
