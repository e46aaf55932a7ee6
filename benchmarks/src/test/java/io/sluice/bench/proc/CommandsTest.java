package io.sluice.bench.proc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandsTest {

  @TempDir private Path folder;

  @Test
  void templateIsFilledIn() throws IOException {
    Path template = Files.writeString(folder.resolve("t"), "listen @LISTEN@\nto @TARGET@;\n");

    Path filled =
        Commands.fill(template, Map.of("LISTEN", "1", "TARGET", "2"), folder.resolve("f"));

    assertThat(filled).hasContent("listen 1\nto 2;");
  }

  @Test
  void keyWithoutValueIsNamed() throws IOException {
    Path template = Files.writeString(folder.resolve("t"), "listen @LISTEN@\n");

    assertThatThrownBy(() -> Commands.fill(template, Map.of(), folder.resolve("f")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("listen @LISTEN@");
  }

  @Test
  void commandThatFailsSaysNothing() {
    assertThat(Commands.ask("false")).isEmpty();
    assertThat(Commands.ask("/nowhere/at-all")).isEmpty();
    assertThat(Commands.ask("echo", "hello")).contains("hello");
  }
}
