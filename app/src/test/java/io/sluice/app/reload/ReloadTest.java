package io.sluice.app.reload;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.app.control.Answer;
import io.sluice.app.control.Answer.Verdict;
import io.sluice.app.service.ServiceReport;
import io.sluice.config.SluiceConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReloadTest {
  private static final String BASE =
      """
      sluice.frontends.web { bind = ":80", backend = app }
      sluice.backends.app.servers.a = "h:1"
      """;

  @TempDir Path folder;
  private final List<String> told = new ArrayList<>();
  private final List<SluiceConfig> applied = new ArrayList<>();
  private Reloadable target = this::apply;
  private Path file;
  private Reload reload;

  private final ServiceReport report =
      new ServiceReport() {
        @Override
        public void reloading() {
          told.add("reloading");
        }

        @Override
        public void reloaded() {
          told.add("reloaded");
        }

        @Override
        public void reloadFailed(String why) {
          told.add("failed: " + why);
        }

        @Override
        public void draining(Duration limit) {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void load() throws Exception {
    file = folder.resolve("s.conf");
    write(BASE);
    var source = new ConfigSource(file, Map.of("sluice.threads", "2"), "command line");
    reload = new Reload(Optional.of(source), source.load(), next -> target.reload(next), report);
  }

  private void write(String text) throws IOException {
    Files.writeString(file, text);
  }

  private List<String> apply(SluiceConfig next) {
    applied.add(next);
    return List.of();
  }

  @Test
  void goesOverToWhatTheFileSaysNow() throws IOException {
    write(BASE + "sluice.drain-timeout = 9s\nsluice.threads = 7");

    Answer answer = reload.run();

    assertThat(answer.verdict()).isEqualTo(Verdict.DONE);
    assertThat(answer.summary()).isEqualTo("reloaded " + file + ": 1 change");
    assertThat(answer.lines())
        .containsExactly("~ sluice.drain-timeout: 30s -> 9s  # " + file + ":3");
    assertThat(applied).singleElement().satisfies(this::isNew);
    assertThat(told).containsExactly("reloading", "reloaded");
  }

  /** With the command line still in force. */
  private void isNew(SluiceConfig config) {
    assertThat(config.drainTimeout()).hasSeconds(9);
    assertThat(config.threads()).isEqualTo(2);
  }

  @Test
  void nextOneIsComparedWithWhatRuns() throws IOException {
    write(BASE + "sluice.drain-timeout = 9s");
    reload.run();

    assertThat(reload.run().summary()).isEqualTo("reloaded " + file + ": no changes");
    assertThat(RunningConfig.of(reload.running().lines()).effective().settings())
        .anyMatch(
            setting ->
                setting.path().equals("sluice.drain-timeout") && setting.value().equals("9s"));
  }

  @Test
  void errorsOfTheFileChangeNothing() throws IOException {
    write(BASE + "sluice.drain-timeout = soon\nsluice.thread = 3");

    Answer answer = reload.run();

    assertThat(answer.verdict()).isEqualTo(Verdict.INVALID);
    assertThat(answer.summary()).isEqualTo("reload failed, the former configuration goes on");
    assertThat(answer.lines())
        .satisfiesExactly(
            line -> assertThat(line).startsWith(file + ":3: sluice.drain-timeout = \"soon\": "),
            line -> assertThat(line).startsWith(file + ":4: sluice.thread = 3: unknown key"));
    assertThat(applied).isEmpty();
    assertThat(told.get(0)).isEqualTo("reloading");
    assertThat(told.get(1)).startsWith("failed: " + file + ":3: ").endsWith(" and 1 more");
    write(BASE);
    assertThat(reload.run().summary()).endsWith(": no changes");
    assertThat(told).endsWith("reloading", "reloaded");
  }

  @Test
  void whatCannotBeAppliedChangesNothing() throws IOException {
    target =
        next -> {
          throw new IOException("cannot listen on :81: Address already in use");
        };
    write(BASE.replace(":80", ":81"));

    Answer answer = reload.run();

    assertThat(answer.verdict()).isEqualTo(Verdict.FAILED);
    assertThat(answer.lines()).containsExactly("cannot listen on :81: Address already in use");
    assertThat(told)
        .containsExactly("reloading", "failed: cannot listen on :81: Address already in use");
    target = this::apply;
    assertThat(reload.run().lines())
        .containsExactly("~ sluice.frontends.web.bind: \":80\" -> \":81\"  # " + file + ":1");
  }

  @Test
  void defectIsAFailureAndTold() {
    target =
        next -> {
          throw new IllegalStateException("a defect");
        };

    Answer answer = reload.run();

    assertThat(answer.lines())
        .containsExactly("internal error: java.lang.IllegalStateException: a defect");
    assertThat(answer.summary()).isEqualTo("reload failed half-way: restart the process");
    assertThat(told).endsWith("failed: internal error: java.lang.IllegalStateException: a defect");
  }

  @Test
  void whatNeedsARestartAndWhatIsDoubtfulIsAWarning() throws IOException {
    target = next -> List.of("transport: auto -> nio takes effect at the next restart");
    write(
        BASE
            + "sluice { transport = nio, control-socket = \"/run/x\"\n"
            + "timeouts.client = none }");

    assertThat(reload.run().lines())
        .contains(
            "warning: transport: auto -> nio takes effect at the next restart",
            "warning: control-socket: auto -> /run/x takes effect at the next restart")
        .anyMatch(
            line ->
                line.startsWith("warning: " + file + ":4: sluice.timeouts.client = \"none\": "));
  }

  @Test
  void onlyTheFileThatRunsIsReloadedWhateverItIsCalled() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);
    Path other = Files.writeString(folder.resolve("other"), BASE);

    assertThat(reload.refusal("")).isEmpty();
    assertThat(reload.refusal(file.toString())).isEmpty();
    assertThat(reload.refusal(link.toString())).isEmpty();
    for (String wrong : List.of(other.toString(), "/no/such/file", "nul\0")) {
      assertThat(reload.refusal(wrong).orElseThrow().join())
          .isEqualTo(
              Answer.failed("the process runs " + file + ", not " + wrong + ": nothing is done"));
    }
    Files.delete(file);
    assertThat(reload.refusal(file.toString())).isEmpty();
  }

  @Test
  void withoutAFileThereIsNothingToReload() throws Exception {
    var source = new ConfigSource(file, Map.of(), "command line");
    var fixed = new Reload(Optional.empty(), source.load(), target, report);

    assertThat(fixed.run())
        .isEqualTo(
            Answer.failed("nothing to reload: this process runs without a configuration file"));
    assertThat(told).isEmpty();
    assertThat(RunningConfig.of(fixed.running().lines()).file()).isEmpty();
  }
}
