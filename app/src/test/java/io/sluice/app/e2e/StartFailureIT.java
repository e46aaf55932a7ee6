package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a shell or a service manager sees of a proxy that cannot start, or that is told to end. */
@EndToEnd
class StartFailureIT {
  private static final String NOWHERE = "127.0.0.1:1";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void addressInUseIsNamed(String transport) throws IOException {
    try (Sluice first = Sluice.forward(folder, transport, NOWHERE)) {
      Program second =
          new SluiceJvm()
              .run(folder, List.of("forward", "--transport", transport, first.address(), NOWHERE));

      assertThat(second.exitCode()).isEqualTo(1);
      assertThat(second.stderr())
          .isEqualTo(
              "sluice: cannot listen on "
                  + first.address()
                  + ": Address already in use (EADDRINUSE);"
                  + " another process or another bind has this address: 'ss -ltnp' shows which\n");
      assertThat(first.program().isAlive()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void privilegedPortNamesTheMissingCapability(String transport) throws IOException {
    List<String> user = asNobody();
    List<String> namespace = networkOfItsOwn();
    if (namespace.isEmpty()) {
      Assumptions.assumeTrue(
          firstUnprivilegedPort() >= 1024, "every user may bind port 1023 on this machine");
    }

    Program refused =
        new SluiceJvm()
            .under(namespace)
            .under(user)
            .run(folder, List.of("forward", "--transport", transport, "0.0.0.0:1023", NOWHERE));

    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.stderr())
        .startsWith("sluice: cannot listen on 0.0.0.0:1023: Permission denied (EACCES)")
        .contains("CAP_NET_BIND_SERVICE");
    assertThat(refused.stderr().lines()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void addressOfAnotherHostIsNamed(String transport) throws IOException {
    // TEST-NET-1 of RFC 5737, which no host has.
    Program refused =
        new SluiceJvm()
            .run(folder, List.of("forward", "--transport", transport, "192.0.2.1:0", NOWHERE));

    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.stderr())
        .contains("cannot listen on 192.0.2.1:0")
        .contains("(EADDRNOTAVAIL)");
    assertThat(refused.stderr().lines()).hasSize(1);
  }

  @Test
  void wrongCommandLineAndWrongConfigurationEndWithTwo() throws IOException {
    Path config = Files.writeString(folder.resolve("bad.conf"), "sluice.treads = 2\n");

    for (List<String> wrong :
        List.of(
            List.of("forward", "127.0.0.1:0"),
            List.of("forward", "127.0.0.1:0", "nonsense"),
            List.of("no-such-command"),
            List.of("run", "-c", config.toString()),
            List.of("check", "-c", config.toString()))) {
      Program refused = new SluiceJvm().run(folder, wrong);

      assertThat(refused.exitCode()).as("%s", wrong).isEqualTo(2);
      assertThat(refused.stderr()).isNotEmpty().doesNotContain("\tat ");
      assertThat(refused.stdout()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT"})
  void idleProxyEndsWithZeroAtOnce(String signal) throws IOException {
    try (Sluice sluice = Sluice.forward(folder, "auto", NOWHERE)) {
      Program.signal(sluice.jvm(), signal);

      assertThat(sluice.program().awaitExit(Program.START)).isZero();
      assertThat(sluice.stderr()).endsWith(" INFO stopped\n");
    }
  }

  /** What every user may bind is a setting of the network namespace; a new one has 1024. */
  private List<String> networkOfItsOwn() throws IOException {
    List<String> words = List.of(Tool.UNSHARE.path(), "--net");
    Program probe =
        Program.run(folder, "probe", List.of(words.get(0), "--net", "/bin/true"), Program.START);
    return probe.exitCode() == 0 ? words : List.of();
  }

  private static int firstUnprivilegedPort() throws IOException {
    Path setting = Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start");
    return Integer.parseInt(Files.readString(setting).strip());
  }

  /**
   * An unprivileged user; nothing where the tests have no privileges themselves. The right to pass
   * through folders stays, since the build may lie below one that only root can enter.
   */
  private static List<String> asNobody() {
    List<String> words = new ArrayList<>();
    if (System.getProperty("user.name").equals("root")) {
      words.addAll(List.of(Tool.SETPRIV.path(), "--reuid", "nobody", "--clear-groups"));
      words.addAll(List.of("--inh-caps", "+dac_override", "--ambient-caps", "+dac_override"));
    }
    return words;
  }
}
