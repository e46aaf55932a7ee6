package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Redis through the proxy: many small round trips, pipelined ones, and a value of megabytes. */
@EndToEnd
class RedisIT {
  private static final Path NOTHING = Path.of("/dev/null");

  @TempDir Path folder;
  private Redis redis;

  @BeforeEach
  void serve() throws IOException {
    redis = Redis.start(folder);
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
    try (Sluice sluice = Sluice.forward(folder, transport, redis.address())) {
      String[] single = {"-c", "30", "-n", "8000", "-t", "ping,set,get,incr,lpush,mset"};
      String[] pipelined = {"-c", "20", "-n", "60000", "-P", "32", "-t", "set,get,lrange_100"};
      String[] large = {"-c", "4", "-n", "400", "-d", "262144", "-t", "set,get"};

      for (String[] options : List.of(single, pipelined, large)) {
        Program benchmark = Redis.benchmark(folder, sluice.port(), options);
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

    try (Sluice sluice = Sluice.forward(folder, transport, redis.address())) {
      assertThat(Redis.cli(folder, sluice.port(), input, "-x", "set", "key")).isEqualTo("OK\n");
      assertThat(Redis.cli(folder, sluice.port(), NOTHING, "get", "key")).isEqualTo(value + "\n");
      assertThat(Redis.cli(folder, sluice.port(), NOTHING, "set", "small", "1")).isEqualTo("OK\n");
      assertThat(Redis.cli(folder, redis.port(), NOTHING, "get", "small")).isEqualTo("1\n");
    }
  }
}
