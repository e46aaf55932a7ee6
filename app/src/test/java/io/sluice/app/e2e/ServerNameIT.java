package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code openssl s_client} finds the server that it names behind one frontend. */
@EndToEnd
class ServerNameIT {
  /** More than a client needs to say its first words, on a busy machine too. */
  private static final int INSPECT_MS = 2_000;

  private static final int LIMIT_MS = 20_000;

  @TempDir Path folder;
  private final int tls = FreePort.any();
  private final int mixed = FreePort.any();
  private TlsServer a;
  private TlsServer b;
  private TlsServer h;
  private TlsServer other;
  private Program greeter;
  private int greeterPort;

  ServerNameIT() throws IOException {}

  @BeforeEach
  void serve() throws IOException {
    a = TlsServer.start(folder, "a.example");
    b = TlsServer.start(folder, "*.b.example");
    h = TlsServer.start(folder, "alpn", "-alpn", "h2");
    other = TlsServer.start(folder, "default");
    greeterPort = FreePort.any();
    greeter =
        Program.start(
                folder,
                "socat",
                List.of(
                    Tool.SOCAT.path(),
                    "TCP-LISTEN:" + greeterPort + ",bind=127.0.0.1,reuseaddr,fork",
                    "SYSTEM:echo 220 ready; cat"))
            .awaitPort(greeterPort);
  }

  @AfterEach
  void stop() {
    for (TlsServer server : List.of(a, b, h, other)) {
      server.close();
    }
    greeter.close();
  }

  private Program sluice(String transport) throws IOException {
    Path config =
        Files.writeString(
            folder.resolve("sluice.conf"),
            """
            sluice {
              transport = %s
              inspect-timeout = %dms
              frontends {
                tls {
                  bind = "127.0.0.1:%d", backend = default, alpn { h2 = h }
                  server-names {
                    "a.example" = a, "*.b.example" = b, "special.b.example" = a
                    "*.deep.b.example" = h
                  }
                }
                mixed { bind = "127.0.0.1:%d", backend = greeter, server-names { "a.example" = a } }
              }
              backends {
                a.servers.s = "%s", b.servers.s = "%s", h.servers.s = "%s"
                default.servers.s = "%s", greeter.servers.s = "127.0.0.1:%d"
              }
            }
            """
                .formatted(
                    transport,
                    INSPECT_MS,
                    tls,
                    mixed,
                    a.address(),
                    b.address(),
                    h.address(),
                    other.address(),
                    greeterPort));
    return new SluiceJvm()
        .launch(folder, "sluice", List.of("run", "-c", config.toString()))
        .awaitPort(mixed);
  }

  private void expect(String name, String... options) throws IOException {
    assertThat(TlsServer.shakeHands(folder, tls, List.of(options)))
        .as(String.join(" ", options))
        .containsPattern("subject=CN ?= ?" + Pattern.quote(name) + "\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void everyNameFindsItsServer(String transport) throws IOException {
    try (Program sluice = sluice(transport)) {
      for (String version : List.of("-tls1_2", "-tls1_3")) {
        expect("a.example", version, "-servername", "a.example");
        expect("a.example", version, "-servername", "A.Example");
        expect("*.b.example", version, "-servername", "www.b.example");
        expect("a.example", version, "-servername", "special.b.example");
        expect("alpn", version, "-servername", "x.deep.b.example");
        expect("default", version, "-servername", "b.example");
        expect("default", version, "-servername", "elsewhere.example");
        expect("default", version, "-noservername");
        expect("alpn", version, "-noservername", "-alpn", "http/1.1,h2");
        expect("a.example", version, "-servername", "a.example", "-alpn", "h2");
        expect("default", version, "-noservername", "-alpn", "http/1.1");
      }
      assertThat(TlsServer.shakeHands(folder, tls, List.of("-noservername", "-alpn", "h2")))
          .contains("ALPN protocol: h2");
      assertThat(sluice.stderr())
          .contains(" tls a/s ", " tls b/s ", " tls h/s ", " tls default/s ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void whoIsSilentOrSpeaksNoTlsGetsTheDefault(String transport) throws IOException {
    try (Program sluice = sluice(transport);
        Socket silent = connect();
        Socket plain = connect()) {
      Stage.say(plain, "HELO there\r\n");
      Stage.hear(plain, "220 ready\nHELO there\r\n");

      long begunNs = System.nanoTime();
      try (Socket late = connect()) {
        Stage.hear(late, "220 ready\n");
        assertThat(System.nanoTime() - begunNs).isGreaterThan((INSPECT_MS - 10) * 1_000_000L);
        Stage.say(late, "echo");
        Stage.hear(late, "echo");
      }
      Stage.hear(silent, "220 ready\n");

      assertThat(TlsServer.shakeHands(folder, mixed, List.of("-servername", "a.example")))
          .containsPattern("subject=CN ?= ?a.example");
      assertThat(sluice.isAlive()).isTrue();
    }
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), mixed);
    socket.setSoTimeout(LIMIT_MS);
    return socket;
  }
}
