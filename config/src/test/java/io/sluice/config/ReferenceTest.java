package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds {@code reference.conf}, the table of keys and the reader against each other. */
class ReferenceTest {

  private static final String SMALL =
      """
      sluice {
        frontends.f { bind = ":1", backend = b }
        backends.b.servers.s = "h:1"
        mirrors { t = "h:2", d = "file:/tmp/{session}", c = "pcapng:/tmp/c" }
      }
      """;

  private static final Set<String> WITHOUT_DEFAULT =
      Set.of(
          "sluice.frontends.f.bind",
          "sluice.frontends.f.backend",
          "sluice.mirrors.t.to",
          "sluice.mirrors.d.to",
          "sluice.mirrors.c.to",
          "sluice.backends.b.servers.s.address");

  @TempDir Path directory;

  private static String reference() throws IOException {
    try (InputStream in = ConfigReader.class.getResourceAsStream("/reference.conf")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** The example in the reference: what stands behind {@code #>}. */
  private static String example() throws IOException {
    return reference()
        .lines()
        .map(String::strip)
        .filter(line -> line.startsWith("#>"))
        .map(line -> line.substring(2))
        .collect(Collectors.joining("\n"));
  }

  private static String pattern(Setting setting) {
    return setting
        .path()
        .replaceFirst("^(sluice\\.(?:frontends|backends|mirrors))\\.[^.]+", "$1.*")
        .replaceFirst("\\.servers\\.[^.]+", ".servers.*");
  }

  @Test
  void readerReadsEveryKeyOfTheTable() throws ConfigException {
    Loaded loaded = ConfigReader.parse("sluice.conf", SMALL);

    assertThat(loaded.effective().stream().map(ReferenceTest::pattern).collect(Collectors.toSet()))
        .isEqualTo(Keys.leaves());
  }

  @Test
  void referenceDocumentsEveryKeyAndNoOther() throws ConfigException, IOException {
    Loaded loaded = ConfigReader.parse("example", example());

    assertThat(loaded.warnings()).isEmpty();
    for (Setting setting : loaded.effective()) {
      String pattern = pattern(setting);
      String where = pattern.contains("*") ? "example:" : "reference.conf:";
      assertThat(setting.origin()).as(setting.path()).startsWith(where);
    }
  }

  @Test
  void everyKeyOfTheReferenceIsExplained() throws IOException {
    List<String> lines = reference().lines().map(String::strip).toList();
    for (int i = 0; i < lines.size(); i++) {
      boolean isSetting = lines.get(i).matches("[a-z0-9-]+ = .*");
      if (isSetting) {
        assertThat(lines.get(i - 1)).as(lines.get(i)).startsWith("#");
      }
    }
  }

  @Test
  void everyScalarHasItsDefaultInTheReference() throws ConfigException {
    for (Setting setting : ConfigReader.parse("sluice.conf", SMALL).effective()) {
      if (!WITHOUT_DEFAULT.contains(setting.path())) {
        assertThat(setting.origin()).as(setting.path()).startsWith("reference.conf:");
      }
    }
  }

  @Test
  void noKeyHasADefaultInJava() throws IOException {
    Path file = Files.writeString(directory.resolve("s.conf"), SMALL);
    for (String key : Keys.leaves()) {
      if (key.contains("*")) {
        continue;
      }
      Map<String, Object> unset = new HashMap<>();
      unset.put(key, null);

      ConfigException refused =
          catchThrowableOfType(
              ConfigException.class, () -> ConfigReader.read(file, unset, "command line"));

      assertThat(refused).as(key).isNotNull();
      assertThat(refused.problems().stream().map(Problem::toString))
          .as(key)
          .allMatch(line -> line.endsWith("is missing"))
          .anyMatch(line -> line.contains(key + ": "));
    }
  }

  @Test
  void emptyConfigurationLacksOnlyItsFrontends() {
    ConfigException refused =
        catchThrowableOfType(
            ConfigException.class, () -> ConfigReader.parse("empty.conf", "sluice {}"));

    assertThat(refused).hasMessage("empty.conf: sluice.frontends: at least one frontend is needed");
  }
}
