package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Redis through the proxy: many small round trips, pipelined ones, and a value of megabytes. */
@EndToEnd
class RedisIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path folder;
  private int port;
  private Program redis;

  @BeforeEach
  void serve() throws IOException {
    port = Ports.free();
    List<String> command =
        List.of(
            Tool.REDIS_SERVER.path(),
            "--port",
            String.valueOf(port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            folder.toString());
    redis = Program.start(folder, "redis-server", command).awaitPort(port);
  }

  @AfterEach
  void stop() {
    if (redis != null) {
      redis.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void benchmarkRunsWithoutError(String transport) throws IOException {
    try (Sluice sluice = Sluice.forward(folder, transport, "127.0.0.1:" + port)) {
      String[] single = {"-c", "30", "-n", "8000", "-t", "ping,set,get,incr,lpush,mset"};
      String[] pipelined = {"-c", "20", "-n", "60000", "-P", "32", "-t", "set,get,lrange_100"};
      String[] large = {"-c", "4", "-n", "400", "-d", "262144", "-t", "set,get"};

      for (String[] options : List.of(single, pipelined, large)) {
        Program benchmark = benchmark(sluice.port(), options);
        assertThat(benchmark.exitCode()).as(benchmark.stdout()).isZero();
        assertThat(benchmark.stdout()).contains("requests per second").doesNotContain("rror");
        assertThat(benchmark.stderr()).isEmpty();
      }
      assertThat(sluice.stderr()).doesNotContain("internal error");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void valuesComeBackAsTheyWereSet(String transport) throws IOException {
    String value = "v".repeat(3_000_000) + "end";
    Path input = Files.writeString(folder.resolve("value"), value);

    try (Sluice sluice = Sluice.forward(folder, transport, "127.0.0.1:" + port)) {
      assertThat(cli(sluice.port(), input, "-x", "set", "key")).isEqualTo("OK\n");
      assertThat(cli(sluice.port(), Path.of("/dev/null"), "get", "key")).isEqualTo(value + "\n");
      assertThat(cli(sluice.port(), Path.of("/dev/null"), "set", "small", "1")).isEqualTo("OK\n");
      assertThat(cli(port, Path.of("/dev/null"), "get", "small")).isEqualTo("1\n");
    }
  }

  private Program benchmark(int viaPort, String... options) throws IOException {
    List<String> command = new ArrayList<>(List.of(Tool.REDIS_BENCHMARK.path(), "-q"));
    command.addAll(List.of("-h", "127.0.0.1", "-p", String.valueOf(viaPort)));
    command.addAll(List.of(options));
    return Program.run(folder, "redis-benchmark", command, LIMIT);
  }

  private String cli(int viaPort, Path input, String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of(Tool.REDIS_CLI.path()));
    command.addAll(List.of("-h", "127.0.0.1", "-p", String.valueOf(viaPort)));
    command.addAll(List.of(words));
    try (Program cli = Program.start(folder, "redis-cli", command, input)) {
      assertThat(cli.awaitExit(LIMIT)).as(cli.stderr()).isZero();
      return cli.stdout();
    }
  }
}
