package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What mirrors have recorded, sent again and compared. */
@EndToEnd
class MirrorReplayIT {
  private static final int KEYS = 60;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void recordedRedisSessionIsComparedWithAnotherServer(String transport) throws IOException {
    Path streams = folder.resolve("streams");
    Path capture = folder.resolve("redis.pcapng");
    try (Redis first = Redis.start(folder);
        Redis second = Redis.start(folder);
        Socket direct = first.connect();
        Socket filler = second.connect()) {
      fill(direct);
      fill(filler);
      String answers;
      try (Sluice sluice =
          Sluice.mirrored(
              folder,
              transport,
              first.address(),
              "file:" + streams + "/{date}/{session}.{direction},direction=both,max-lag=20s",
              "pcapng:" + capture + ",direction=both,max-lag=20s")) {
        answers = session(sluice);
        sluice.awaitMirrorAtRest("m1");
        sluice.awaitMirrorAtRest("m2");
        assertThat(sluice.stop()).isZero();
      }
      assertThat(files(streams)).hasSize(2).noneMatch(file -> file.toString().endsWith(".part"));

      for (Path recording : List.of(streams, capture)) {
        Program same = compare(second, recording, transport);
        assertThat(same.stdout())
            .containsPattern("divergences +0\n")
            .containsPattern("failures +0\n");
        assertThat(same.stderr()).isEmpty();
        assertThat(same.exitCode()).isZero();
      }

      assertThat(Redis.replied(filler, "SET key:33 \"value OF 33\"\r\n")).isEqualTo("+OK\r\n");
      for (Path recording : List.of(streams, capture)) {
        Program changed = compare(second, recording, transport);
        assertThat(changed.stdout())
            .contains("to-client differs at byte " + answers.indexOf("of 33") + ": ")
            .containsPattern("divergences +1\n");
        assertThat(changed.exitCode()).isEqualTo(1);
      }
    }
  }

  private static void fill(Socket redis) throws IOException {
    for (int key = 0; key < KEYS; key++) {
      String command = "SET key:" + key + " \"value of " + key + "\"\r\n";
      assertThat(Redis.replied(redis, command)).isEqualTo("+OK\r\n");
    }
  }

  /** Gets all keys through {@code sluice}; returns all answers. */
  private static String session(Sluice sluice) throws IOException {
    StringBuilder answers = new StringBuilder();
    try (Socket client = sluice.connect()) {
      for (int key = 0; key < KEYS; key++) {
        answers.append(Redis.replied(client, "GET key:" + key + "\r\n"));
      }
      client.shutdownOutput();
      byte[] rest = client.getInputStream().readAllBytes();
      return answers.append(new String(rest, StandardCharsets.ISO_8859_1)).toString();
    }
  }

  private static List<Path> files(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  private Program compare(Redis server, Path recording, String transport) throws IOException {
    return new SluiceJvm()
        .run(
            folder,
            List.of(
                "replay",
                recording.toString(),
                "--to",
                server.address(),
                "--transport",
                transport,
                "--speed",
                "max",
                "--compare"));
  }
}
