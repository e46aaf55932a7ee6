package io.sluice.bench;

import java.io.IOException;
import java.nio.file.Path;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs the JMH benchmarks of the hot primitives, each in a JVM of its own. */
final class Primitives {

  private static final String PACKAGE = "io\\.sluice\\.bench\\.jmh\\..*";
  private static final int WARM_UP_ROUNDS = 3;

  private Primitives() {}

  /**
   * Runs all of them; JMH prints as it goes.
   *
   * @param rounds measured iterations of each
   * @param seconds length of an iteration
   * @param target where jmh.json is written
   */
  static void run(int rounds, double seconds, Path target) throws IOException {
    TimeValue length = TimeValue.milliseconds(Math.max(1, (long) (seconds * 1e3)));
    Options options =
        new OptionsBuilder()
            .include(PACKAGE)
            .forks(1)
            .warmupIterations(WARM_UP_ROUNDS)
            .warmupTime(length)
            .measurementIterations(rounds)
            .measurementTime(length)
            .jvmArgs("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC")
            .shouldFailOnError(true)
            .resultFormat(ResultFormatType.JSON)
            .result(target.resolve("jmh.json").toString())
            .build();
    try {
      new Runner(options).run();
    } catch (RunnerException e) {
      throw new IOException("JMH: " + e.getMessage(), e);
    }
  }
}
