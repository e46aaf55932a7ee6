package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of nginx, fetched and stored by curl through the proxy: every byte arrives. */
@EndToEnd
class NginxIT {
  private static final int MIB = 1024 * 1024;
  private static final int LARGE_MIB = 200;
  private static final int SMALL_MIB = 24;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path folder;
  private Nginx nginx;

  @BeforeEach
  void serve() throws IOException {
    nginx = Nginx.start(folder, "");
  }

  @AfterEach
  void stop() {
    if (nginx != null) {
      nginx.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void largeFileArrivesUnchanged(String transport) throws Exception {
    String hash = randomFile(folder.resolve("files/large"), LARGE_MIB);

    try (Sluice sluice = Sluice.forward(folder, transport, nginx.address());
        Program fetched = curl("one", url(sluice, "large"), "-o", "fetched")) {
      assertThat(fetched.awaitExit(LIMIT)).as(fetched.stderr()).isZero();
      assertThat(sha256(folder.resolve("fetched"))).isEqualTo(hash);
      SessionLine session = sluice.awaitSessions(1).get(0);
      assertThat(session.state()).isEqualTo("--");
      assertThat(session.bytesToClient()).isGreaterThan((long) LARGE_MIB * MIB);
      if (transport.equals("epoll")) {
        assertThat(session.splicedPercent()).isGreaterThan(90);
      } else {
        assertThat(session.splicedPercent()).isZero();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void parallelTransfersDoNotMix(String transport) throws Exception {
    int transfers = 6;
    List<String> hashes = new ArrayList<>();
    for (int i = 0; i < transfers; i++) {
      hashes.add(randomFile(folder.resolve("files/small" + i), SMALL_MIB));
    }

    List<Program> curls = new ArrayList<>();
    try (Sluice sluice = Sluice.forward(folder, transport, nginx.address())) {
      for (int i = 0; i < transfers; i++) {
        curls.add(curl("small" + i, url(sluice, "small" + i), "-o", "fetched" + i));
      }

      for (int i = 0; i < transfers; i++) {
        assertThat(curls.get(i).awaitExit(LIMIT)).as(curls.get(i).stderr()).isZero();
        assertThat(sha256(folder.resolve("fetched" + i))).isEqualTo(hashes.get(i));
      }
    } finally {
      curls.forEach(Program::close);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void uploadIsStoredUnchanged(String transport) throws Exception {
    String hash = randomFile(folder.resolve("upload"), SMALL_MIB * 2);

    try (Sluice sluice = Sluice.forward(folder, transport, nginx.address());
        Program stored = curl("put", url(sluice, "stored"), "-T", "upload", "-o", "answer")) {
      assertThat(stored.awaitExit(LIMIT)).as(stored.stderr()).isZero();
      assertThat(sha256(folder.resolve("files/stored"))).isEqualTo(hash);
    }
  }

  private Program curl(String name, String url, String... options) throws IOException {
    List<String> command = new ArrayList<>(List.of(Tool.CURL.path(), "-sSf", "--noproxy", "*"));
    command.addAll(List.of(options));
    command.add(url);
    return Program.start(folder, "curl-" + name, command);
  }

  private static String url(Sluice sluice, String file) {
    return "http://127.0.0.1:" + sluice.port() + "/" + file;
  }

  /** Writes {@code mib} MiB that no compression and no page of zeros could stand for. */
  private static String randomFile(Path file, int mib)
      throws IOException, NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    SplittableRandom random = new SplittableRandom(file.hashCode());
    byte[] block = new byte[MIB];
    try (OutputStream output = new DigestOutputStream(Files.newOutputStream(file), digest)) {
      for (int i = 0; i < mib; i++) {
        random.nextBytes(block);
        output.write(block);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static String sha256(Path file) throws IOException, NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    byte[] block = new byte[MIB];
    try (InputStream input = Files.newInputStream(file)) {
      for (int read = input.read(block); read >= 0; read = input.read(block)) {
        digest.update(block, 0, read);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
