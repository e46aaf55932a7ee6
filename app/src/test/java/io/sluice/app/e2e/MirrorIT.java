package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real traffic, and what a second server or a capture has of it in the end. */
@EndToEnd
class MirrorIT {
  private static final Duration LIMIT = Duration.ofSeconds(40);
  private static final String[] BENCHMARK = {
    "-c", "10", "-n", "4000", "-P", "16", "-r", "2000", "-d", "200", "-t", "set,incr,lpush,sadd"
  };

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void secondRedisEndsWithTheSameData(String transport) throws IOException {
    try (Redis first = Redis.start(folder);
        Redis second = Redis.start(folder);
        Redis unmirrored = Redis.start(folder);
        Sluice sluice =
            Sluice.mirrored(
                folder, transport, first.address(), second.address() + ",max-lag=20s")) {
      List<Path> scripts = new ArrayList<>();
      for (int client = 0; client < 3; client++) {
        scripts.add(script(client));
      }
      for (Path script : scripts) {
        // The mirror's answers reach nobody: the client sees what it sees without one.
        assertThat(Redis.cli(folder, sluice.port(), script))
            .isEqualTo(Redis.cli(folder, unmirrored.port(), script));
      }
      sluice.awaitMirrorAtRest("m1");
      assertThat(first.digest()).isEqualTo(unmirrored.digest());
      assertThat(second.digest()).isEqualTo(first.digest());

      Program benchmark = Redis.benchmark(folder, sluice.port(), BENCHMARK);
      assertThat(benchmark.exitCode()).as(benchmark.stdout()).isZero();
      String counters = sluice.awaitMirrorAtRest("m1");

      assertThat(second.digest()).isEqualTo(first.digest()).isNotEqualTo(unmirrored.digest());
      assertThat(counters).contains(" coverage=100%", "connect_failures_total=0");
      assertThat(sluice.stderr()).doesNotContain("detached from", " ERROR ");
    }
  }

  /** Commands of all kinds on keys that no other client has, in the same order every time. */
  private Path script(int client) throws IOException {
    Random random = new Random(client);
    StringBuilder commands = new StringBuilder();
    for (int i = 0; i < 1500; i++) {
      String key = client + ":" + random.nextInt(40);
      int value = random.nextInt(1000);
      String command =
          switch (random.nextInt(9)) {
            case 0 -> "SET s" + key + " " + "v".repeat(value * value / 100 + 1);
            case 1 -> "INCRBY n" + key + " " + value;
            case 2 -> "APPEND a" + key + " " + value;
            case 3 -> "LPUSH l" + key + " " + value + " " + i;
            case 4 -> "RPOP l" + key;
            case 5 -> "HSET h" + key + " f" + value + " " + i;
            case 6 -> "ZADD z" + key + " " + value + " m" + random.nextInt(50);
            case 7 -> "DEL s" + key;
            default -> "GET a" + key;
          };
      commands.append(command).append('\n');
    }
    return Files.writeString(folder.resolve("script" + client), commands);
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void secondNginxLogsTheSameRequests(String transport) throws IOException {
    Path one = Files.createDirectory(folder.resolve("one"));
    Path two = Files.createDirectory(folder.resolve("two"));
    String format = "$request $status $body_bytes_sent $request_length $http_x_number";
    // An upload may be faster than the disk of one of the two, hence the waiting.
    try (Nginx first = Nginx.start(one, format);
        Nginx second = Nginx.start(two, format);
        Sluice sluice =
            Sluice.mirrored(
                folder,
                transport,
                first.address(),
                second.address() + ",when-slow=block,max-lag=20s")) {
      byte[] content = new byte[3 << 20];
      new Random(1).nextBytes(content);
      Path upload = Files.write(folder.resolve("upload"), content);
      for (Nginx nginx : List.of(first, second)) {
        Files.write(nginx.files().resolve("large"), content);
        Files.writeString(nginx.files().resolve("small"), "small");
      }
      String url = "http://127.0.0.1:" + sluice.port() + "/";
      for (int i = 0; i < 20; i++) {
        String header = "X-Number: " + i;
        // One connection for all three, then one for the upload.
        curl("-H", header, url + "small", url + "large", url + "missing", "-o", "/dev/null");
        curl("-H", header, "-T", upload.toString(), url + "stored" + i);
      }

      int requests = 20 * 4;
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () -> {
                assertThat(first.accessLog()).hasSize(requests);
                assertThat(second.accessLog()).hasSize(requests);
              });
      // Two connections of a mirror may overtake each other.
      assertThat(second.accessLog()).containsExactlyInAnyOrderElementsOf(first.accessLog());
      assertThat(second.files().resolve("stored19")).hasBinaryContent(content);
      assertThat(sluice.stderr()).doesNotContain("detached from", " ERROR ");
    }
  }

  private void curl(String... options) throws IOException {
    List<String> command = new ArrayList<>(List.of(Tool.CURL.path(), "-sS", "--noproxy", "*"));
    command.addAll(List.of("-o", "/dev/null", "-o", "/dev/null"));
    command.addAll(List.of(options));
    Program curl = Program.run(folder, "curl", command, LIMIT);
    assertThat(curl.exitCode()).as(curl.stderr()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void tsharkReadsACapturedSessionAsPostgresql(String transport) throws IOException {
    String tshark = Tool.TSHARK.path();
    Path capture = folder.resolve("wire.pcapng");
    try (Postgres postgres = Postgres.start(folder);
        Sluice sluice =
            Sluice.mirrored(
                folder,
                transport,
                postgres.address(),
                "pcapng:" + capture + ",direction=both,when-slow=block,max-lag=20s")) {
      Path script =
          Files.writeString(
              folder.resolve("script.sql"),
              """
              create table fruit (id int primary key, name text);
              insert into fruit select i, 'fruit ' || i from generate_series(1, 20000) i;
              select name from fruit where id = 4711;
              select no_such_column from fruit;
              copy fruit to stdout;
              """);
      Program psql = psql(sluice, script);
      assertThat(psql.exitCode()).as(psql.stderr()).isZero();
      assertThat(psql.stdout()).contains("fruit 4711", "20000\tfruit 20000\n");
      sluice.awaitMirrorAtRest("m1");
      assertThat(sluice.stop()).isZero();

      String protocol = "tcp.port==" + sluice.port() + ",pgsql";
      List<String> read = List.of(tshark, "-n", "-r", capture.toString(), "-d", protocol);
      assertThat(lines(read, "-Y", "pgsql.query", "-T", "fields", "-e", "pgsql.query"))
          .contains("select name from fruit where id = 4711;", "copy fruit to stdout;");
      assertThat(lines(read, "-Y", "pgsql.parameter_name == \"user\"")).hasSize(1);
      assertThat(lines(read, "-Y", "pgsql.type == \"Error\"")).hasSize(1);
      assertThat(lines(read, "-Y", "pgsql.type == \"Copy completion\"")).isNotEmpty();
      assertThat(
              lines(
                  read,
                  "-Y",
                  "_ws.malformed || tcp.analysis.flags || _ws.expert.severity == error"))
          .isEmpty();
      assertThat(lines(read, "-Y", "tcp.flags.fin == 1")).hasSize(2);
    }
  }

  private Program psql(Sluice sluice, Path script) throws IOException {
    List<String> words = new ArrayList<>(List.of(Tool.PSQL.path(), "-X", "-q", "-At"));
    // Encrypted, nobody could read it.
    words.add(
        "host=127.0.0.1 user=postgres sslmode=disable gssencmode=disable port=" + sluice.port());
    try (Program psql = Program.start(folder, "psql", words, script)) {
      psql.awaitExit(LIMIT);
      return psql;
    }
  }

  private List<String> lines(List<String> tshark, String... options) throws IOException {
    List<String> command = new ArrayList<>(tshark);
    command.addAll(List.of(options));
    Program run = Program.run(folder, "tshark", command, LIMIT);
    assertThat(run.exitCode()).as(run.stderr()).isZero();
    return run.stdout().lines().toList();
  }
}
