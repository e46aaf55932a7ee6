package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** iperf3 at full speed through the proxy, and a stop in the middle of it. */
@EndToEnd
class IperfIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir Path folder;

  @ParameterizedTest(name = "{0}, {1} streams {2}")
  @CsvSource({
    "epoll, 1, toServer", "epoll, 1, toClient", "epoll, 8, toServer", "epoll, 8, toClient",
    "nio, 1, toServer", "nio, 1, toClient", "nio, 8, toServer", "nio, 8, toClient"
  })
  void bulkArrivesAndIsAccountedFor(String transport, int streams, String direction)
      throws Exception {
    boolean toClient = direction.equals("toClient");
    List<String> options = new ArrayList<>(List.of("-J", "-t", "1", "-P", String.valueOf(streams)));
    if (toClient) {
      options.add("-R");
    }

    try (Iperf iperf = new Iperf(folder);
        Sluice sluice = Sluice.forward(folder, transport, iperf.address());
        Program client = iperf.client(sluice.port(), options.toArray(String[]::new))) {
      assertThat(client.awaitExit(LIMIT)).as(client.stdout()).isZero();
      long received = Iperf.bytesReceived(client.stdout());
      // The streams and the connection that controls them.
      List<SessionLine> sessions = sluice.awaitSessions(streams + 1);

      assertThat(sessions).hasSize(streams + 1);
      assertThat(received).isGreaterThan(1_000_000);
      assertThat(
              sessions.stream()
                  .mapToLong(toClient ? SessionLine::bytesToClient : SessionLine::bytesToServer)
                  .sum())
          .isGreaterThanOrEqualTo(received);
      double spliced =
          sessions.stream().mapToDouble(each -> each.bytes() * each.splicedPercent() / 100.0).sum();
      assertThat(spliced / sessions.stream().mapToLong(SessionLine::bytes).sum())
          .as("spliced share of %s", sessions)
          .satisfies(
              share -> {
                if (transport.equals("epoll")) {
                  assertThat(share).isGreaterThan(0.8);
                } else {
                  assertThat(share).isZero();
                }
              });
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void stopLetsTrafficFinish(String transport) throws Exception {
    try (Iperf iperf = new Iperf(folder);
        Sluice sluice = Sluice.forward(folder, transport, iperf.address());
        Program client =
            iperf.client(sluice.port(), "-t", "6", "-P", "2", "-i", "0.2", "--forceflush")) {
      client.awaitStdout(Pattern.compile("\\[SUM\\].*bits/sec"), LIMIT);
      int port = sluice.port();
      sluice.terminate();
      sluice
          .program()
          .awaitStderr(Pattern.compile("stopping: accepting no more, 3 sessions may go on"), LIMIT);
      sluice.program().await("closed port", LIMIT, () -> !Ports.listens(port));
      assertThat(client.isAlive()).as("traffic goes on while draining").isTrue();

      assertThat(client.awaitExit(LIMIT)).as(client.stdout() + client.stderr()).isZero();
      assertThat(sluice.awaitExit()).isZero();
      assertThat(sluice.awaitSessions(3)).allMatch(session -> !session.state().equals("K-"));
      assertThat(sluice.stderr()).endsWith("INFO stopped\n");
    }
  }
}
