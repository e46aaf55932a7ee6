package io.sluice.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.app.Cli.Outcome;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DemoCommandTest {

  @ParameterizedTest
  @ValueSource(strings = {"auto", "nio"})
  void trafficArrivesUnchanged(String transport) {
    Outcome outcome =
        Cli.run("demo", "--seconds", "0.2", "--connections", "2", "--transport", transport);

    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.code()).isZero();
    assertThat(outcome.out())
        .containsPattern("transport +(epoll|nio), ")
        .containsPattern("bulk +[0-9]+ MB in ")
        .containsPattern("CRC-32C +equal at both ends in all [0-9]+ streams")
        .containsPattern("round trips +[0-9]+ of 64 B")
        .containsPattern("latency +p50 [0-9]+ us, p99 [0-9]+ us");
  }

  @Test
  void copyIsShownAsCopy() {
    Outcome outcome = Cli.run("demo", "--seconds", "0.2", "--connections", "1", "--pump", "copy");

    assertThat(outcome.code()).isZero();
    assertThat(outcome.out())
        .containsPattern("transport +epoll, copy, ")
        .containsPattern("spliced +0.0 % +0 MB")
        .containsPattern("copied +100.0 % +[0-9]{3,} MB");
  }

  @Test
  void serveAnswersHttpThroughTheProxyUntilASignal() throws Exception {
    try (SluiceProcess sluice = SluiceProcess.start("demo", "--serve")) {
      sluice.awaitLine("Ctrl-C");
      assertThat(sluice.awaitLine("curl http://")).endsWith(":" + sluice.awaitPort() + "/");

      assertThat(get(sluice, "/")).startsWith("HTTP/1.1 200 OK\r\n").contains("through Sluice");
      assertThat(get(sluice, "/bytes/100000").length()).isBetween(100_050, 100_300);
      assertThat(get(sluice, "/nothing")).startsWith("HTTP/1.1 404 ");

      sluice.signal("INT");
      assertThat(sluice.awaitExit()).isZero();
    }
  }

  private static String get(SluiceProcess sluice, String path) throws IOException {
    try (Socket client = sluice.connect()) {
      String request = "GET " + path + " HTTP/1.1\r\nHost: demo\r\n\r\n";
      client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }
}
