package io.sluice.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.sluice.bench.proc.Commands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnvironmentTest {

  @TempDir private Path repository;

  @BeforeEach
  void commit() throws IOException {
    assumeThat(Commands.find("git")).isPresent();
    Files.createDirectories(repository.resolve("benchmarks/results"));
    write("README.md", "one");
    write("benchmarks/RESULTS.md", "one");
    git("init", "--quiet");
    git("add", ".");
    git("-c", "user.name=x", "-c", "user.email=x@localhost", "commit", "--quiet", "-m", "one");
  }

  @Test
  void savedReportIsNoLocalChange() throws IOException {
    write("benchmarks/RESULTS.md", "two");
    write("benchmarks/results/chart.svg", "two");

    assertThat(commitNow()).matches("[0-9a-f]{12}");
  }

  @Test
  void anythingElseIsAndNoTwoAreAlike() throws IOException {
    write("README.md", "two");

    String changed = commitNow();
    assertThat(changed).matches("[0-9a-f]{12} with local changes [0-9a-f]+");

    write("README.md", "three");
    assertThat(commitNow()).isNotEqualTo(changed);
  }

  private String commitNow() {
    return Environment.read(repository).get("git commit");
  }

  private void write(String file, String text) throws IOException {
    Files.writeString(repository.resolve(file), text);
  }

  private void git(String... arguments) {
    List<String> command = new ArrayList<>(List.of("git", "-C", repository.toString()));
    command.addAll(List.of(arguments));
    assertThat(Commands.run(command).status()).isZero();
  }
}
