package io.sluice.app.reload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.ConfigDiff;
import io.sluice.config.EffectiveConfig;
import io.sluice.config.Loaded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunningConfigTest {
  @TempDir Path folder;

  @Test
  void arrivesAsItWasSent() throws Exception {
    Path list = Files.writeString(folder.resolve("li\tst"), "10.0.0.0/8\n2001:db8::1\nunix\n");
    Path file =
        Files.writeString(
            folder.resolve("sluice \\ é.conf"),
            """
            sluice.frontends.web { bind = ":80", backend = app, deny = "file:%s" }
            sluice.backends.app.servers.a = "unix:/run/a\\tb\\\\c"
            """
                .formatted(list.toString().replace("\t", "\\t")));
    var source = new ConfigSource(file, Map.of("sluice.threads", "3"), "command line");
    Loaded loaded = source.load();

    List<String> lines = RunningConfig.of(Optional.of(source), loaded).lines();
    RunningConfig arrived = RunningConfig.of(lines);

    assertThat(arrived.file()).contains(file);
    assertThat(arrived.overrides()).isEqualTo(Map.of("sluice.threads", "3"));
    assertThat(arrived.effective()).isEqualTo(EffectiveConfig.of(loaded));
    assertThat(ConfigDiff.between(arrived.effective(), EffectiveConfig.of(source.load())).lines())
        .isEmpty();
  }

  @Test
  void wordsOfALaterVersionArePassedOver() throws Exception {
    List<String> lines = new ArrayList<>(List.of("colour\tblue", "file\t/etc/s.conf", ""));

    assertThat(RunningConfig.of(lines).file()).contains(Path.of("/etc/s.conf"));
    assertThat(RunningConfig.of(List.of()).file()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"setting\tsluice.threads\t2", "file", "list\t/l|entry\t10.0.0.0/99"})
  void whatIsNoConfigurationIsSaid(String lines) {
    assertThatThrownBy(() -> RunningConfig.of(List.of(lines.split("\\|"))))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("the process told ");
  }
}
