package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is let in by the program, seen by clients that are not. */
@EndToEnd
class AdmissionIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int BYTES = 100_000;

  /** What curl ends with when its connection is reset, by when the reset comes. */
  private static final int COULD_NOT_CONNECT = 7;

  private static final int SEND_ERROR = 55;
  private static final int RECEIVE_ERROR = 56;

  @TempDir Path folder;

  private Sluice start(String transport, String target, String frontend) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("sluice.conf"),
            """
            sluice {
              transport = TRANSPORT, threads = 1
              frontends.web { bind = "127.0.0.1:0", backend = app
                FRONTEND
              }
              backends.app.servers.a = "TARGET"
            }
            """
                .replace("TRANSPORT", transport)
                .replace("TARGET", target)
                .replace("FRONTEND", frontend));
    return Sluice.start(folder, new SluiceJvm(), List.of("run", "-c", file.toString()));
  }

  private int curl(Sluice sluice, String... options) throws IOException {
    List<String> command = new ArrayList<>(List.of(Tool.CURL.path(), "-sS", "--max-time", "20"));
    command.addAll(List.of(options));
    command.add("http://127.0.0.1:" + sluice.port() + "/");
    try (Program curl =
        Program.start(folder, "curl", new ProcessBuilder(command), Path.of("/dev/null"))) {
      return curl.awaitExit(LIMIT);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void clientsOnTheListOfAFileAreResetAndOthersServed(String transport) throws IOException {
    Path list = Files.writeString(folder.resolve("denied"), "# here\n127.0.0.0/31 # two\n10.0.0.1");
    try (Echo echo = new Echo();
        Sluice sluice = start(transport, echo.address(), "deny = \"file:" + list + "\"")) {
      assertThat(curl(sluice)).isIn(COULD_NOT_CONNECT, SEND_ERROR, RECEIVE_ERROR);
      try (Socket client = new Socket()) {
        client.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 2}), 0));
        client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), sluice.port()));
        assertThat(Echo.roundTrip(client, BYTES)).isEqualTo(BYTES);
      }

      assertThat(sluice.awaitSessions(1)).hasSize(1);
      assertThat(sluice.counterOfLoops("denied_by_list_total")).isOne();
      assertThat(sluice.stop()).isZero();
      assertThat(sluice.awaitSessions(1)).as("no line for the other").hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void clientsBeyondTheirNumberGetAFinAndAreLetInLater(String transport) throws IOException {
    String limits = "limits { source-connections = 2, action = close }";
    try (Echo echo = new Echo();
        Sluice sluice = start(transport, echo.address(), limits)) {
      try (Socket first = sluice.connect();
          Socket second = sluice.connect();
          Socket third = sluice.connect()) {
        assertThat(third.getInputStream().read()).isEqualTo(-1);
        assertThat(first.isConnected() && second.isConnected()).isTrue();
      }
      sluice.awaitSessions(2);
      for (int i = 1; i <= 5; i++) {
        assertThat(Echo.roundTrip(sluice, BYTES)).isEqualTo(BYTES);
        sluice.awaitSessions(2 + i);
      }
      assertThat(sluice.counterOfLoops("denied_by_source_connections_total")).isOne();
      assertThat(sluice.stop()).isZero();
    }
  }

  @Test
  void tarpitHoldsAClientAndLetsGoOfItWhenTheProgramStops() throws IOException {
    try (Sluice sluice =
            start("epoll", "127.0.0.1:1", "allow = \"10.0.0.0/8\", deny-action = tarpit");
        Socket client = sluice.connect()) {
      client.setSoTimeout(300);
      assertThatThrownBy(() -> client.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      await().atMost(LIMIT).until(() -> sluice.counterOfLoops("tarpitted_connections_total") == 1);

      assertThat(sluice.stop()).isZero();
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void sourceThatComesTooFastIsReset() throws IOException {
    try (Echo echo = new Echo();
        Sluice sluice = start("epoll", echo.address(), "limits.source-rate = 3/1h")) {
      for (int i = 0; i < 3; i++) {
        assertThat(Echo.roundTrip(sluice, BYTES)).isEqualTo(BYTES);
      }
      try (Socket fourth = sluice.connect()) {
        assertThatThrownBy(() -> fourth.getInputStream().read())
            .isInstanceOf(SocketException.class)
            .hasMessageContaining("Connection reset");
      }
      assertThat(sluice.counterOfLoops("denied_by_source_rate_total")).isOne();
      assertThat(sluice.stop()).isZero();
    }
  }

  @Test
  void badLineOfAListIsShownWithItsPlace() throws IOException {
    Path list = Files.writeString(folder.resolve("denied"), "10.0.0.1\n10.0.0.256\n");
    Path file =
        Files.writeString(
            folder.resolve("sluice.conf"),
            "sluice.frontends.web { bind = \":0\", backend = app, deny = \"file:"
                + list
                + "\" }\nsluice.backends.app.servers.a = \"h:1\"\n");

    Program refused = new SluiceJvm().run(folder, List.of("check", "-c", file.toString()));

    assertThat(refused.exitCode()).isNotZero();
    assertThat(refused.stdout() + refused.stderr())
        .contains(list + ":2: sluice.frontends.web.deny = \"10.0.0.256\": 10.0.0.256 is not an");
  }
}
