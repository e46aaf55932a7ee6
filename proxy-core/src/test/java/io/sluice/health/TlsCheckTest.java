package io.sluice.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Handshakes with a real TLS server, and with what only pretends to be one. */
@Timeout(60)
class TlsCheckTest {
  private static final String PASSWORD = "password";
  private static final int WAIT_MS = 10_000;

  @TempDir static Path folder;
  private static SSLContext context;
  private final ExecutorService beside = Executors.newCachedThreadPool();
  private CheckScene scene;

  /** A certificate that nobody has signed, for another name, and that expires tomorrow. */
  @BeforeAll
  static void makeCertificate() throws Exception {
    Path store = folder.resolve("keys");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                "k",
                "-dname",
                "CN=elsewhere",
                "-validity",
                "1",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("keytool.out").toFile())
            .start();
    assertThat(keytool.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(keytool.exitValue()).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
    factory.init(keys, PASSWORD.toCharArray());
    context = SSLContext.getInstance("TLS");
    context.init(factory.getKeyManagers(), null, null);
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    if (scene != null) {
      scene.close();
    }
    beside.shutdownNow();
  }

  private CheckScene scene(String transport, String settings) throws Exception {
    scene = new CheckScene(transport, 1, "check.type = tls\n" + settings);
    return scene;
  }

  private static SSLServerSocket serving() throws IOException {
    return (SSLServerSocket)
        context.getServerSocketFactory().createServerSocket(0, 5, InetAddress.getLoopbackAddress());
  }

  @ParameterizedTest
  @CsvSource({"epoll, TLSv1.3", "nio, TLSv1.3", "epoll, TLSv1.2"})
  void anyCertificateWillDoAndTheServerSeesTheName(String transport, String version)
      throws Exception {
    try (SSLServerSocket server = serving()) {
      server.setSoTimeout(WAIT_MS);
      server.setEnabledProtocols(new String[] {version});
      Future<List<SNIServerName>> names =
          beside.submit(
              () -> {
                try (SSLSocket accepted = (SSLSocket) server.accept()) {
                  accepted.setSoTimeout(WAIT_MS);
                  accepted.startHandshake();
                  return ((ExtendedSSLSession) accepted.getSession()).getRequestedServerNames();
                }
              });
      scene(transport, "check { port = " + server.getLocalPort() + ", server-name = a.example }");

      CheckResult result = scene.result();

      assertThat(result.status()).isEqualTo(CheckStatus.L6OK);
      assertThat(result.info()).isEmpty();
      assertThat(scene.state()).isEqualTo("UP");
      List<SNIServerName> seen = names.get(WAIT_MS, TimeUnit.MILLISECONDS);
      assertThat(seen).hasSize(1);
      assertThat(new String(seen.get(0).getEncoded(), StandardCharsets.US_ASCII))
          .isEqualTo("a.example");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void plainTextIsNoHandshake(String transport) throws Exception {
    scene(transport, "");
    scene.accepted().send("HTTP/1.1 400 Bad Request\r\n\r\n");
    scene.turnUntil("a result", () -> !scene.report().isRunning());
    assertThat(scene.last().words())
        .startsWith("Layer6 invalid response, info: \"SSL handshake failure\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void endIsNoHandshake(String transport) throws Exception {
    scene(transport, "");
    Remote remote = scene.accepted();
    remote.channel().shutdownOutput();
    scene.turnUntil("a result", () -> !scene.report().isRunning());
    assertThat(scene.last().status()).isEqualTo(CheckStatus.L6RSP);
  }

  @Test
  void resetIsNoHandshake() throws Exception {
    scene("epoll", "");
    Remote remote = scene.accepted();
    scene.turnUntil("a hello", () -> !remote.read().text().isEmpty());
    remote.reset();
    scene.turnUntil("a result", () -> !scene.report().isRunning());
    assertThat(scene.last().status()).isEqualTo(CheckStatus.L6RSP);
  }

  /** The time for an answer begins after the handshake, as in HAProxy. */
  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void silenceEndsWithTheTimeToConnect(String transport) throws Exception {
    scene(transport, "check.timeout = 5s, timeouts.connect = 500ms");
    Remote remote = scene.accepted();
    scene.turnUntil("a hello", () -> !remote.read().text().isEmpty());
    scene.pass(Duration.ofMillis(498));
    assertThat(scene.report().isRunning()).isTrue();
    scene.pass(Duration.ofMillis(3));
    assertThat(scene.last().status()).isEqualTo(CheckStatus.L6TOUT);
  }

  /** Records that promise more than they hold, and more of them than anybody should read. */
  @Test
  void endlessGarbageEndsTheCheck() throws Exception {
    scene("epoll", "");
    Remote remote = scene.accepted();
    byte[] record = new byte[16 << 10];
    record[0] = 22;
    record[1] = 3;
    record[2] = 3;
    record[3] = 0x3f;
    long[] written = new long[1];
    scene.turnUntil(
        "a result",
        () -> {
          written[0] += Math.max(0, remote.write(record));
          return !scene.report().isRunning();
        });
    assertThat(scene.last().status()).isEqualTo(CheckStatus.L6RSP);
  }
}
