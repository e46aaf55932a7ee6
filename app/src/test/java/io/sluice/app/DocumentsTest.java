package io.sluice.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.ConfigReader;
import io.sluice.config.Loaded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every configuration in the documents is one, and is the same one whenever it is read. */
class DocumentsTest {
  private static final Path DOCS = Path.of("../docs");
  private static final Pattern BLOCK = Pattern.compile("(?s)```hocon\n(.*?)```");
  private static final Pattern LIST = Pattern.compile("file:(/[^\"{}]+)\"");

  /** What leads to a backend: a key of that name, or an entry of a table by name or protocol. */
  private static final Pattern BACKEND =
      Pattern.compile("(?:\\bbackend|\"[a-z*.]+\"|\\bh2) = ([a-z]+)");

  /** Some blocks have a backend and nothing else. */
  private static final String NOT_LED_TO = "no frontend uses this backend";

  @TempDir Path folder;

  static List<String> blocks() throws IOException {
    List<Path> documents = new ArrayList<>(List.of(Path.of("../README.md")));
    try (Stream<Path> files = Files.list(DOCS)) {
      files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(documents::add);
    }
    List<String> blocks = new ArrayList<>();
    for (Path document : documents) {
      BLOCK.matcher(Files.readString(document)).results().forEach(b -> blocks.add(b.group(1)));
    }
    assertThat(blocks).hasSizeGreaterThan(5);
    return blocks;
  }

  @ParameterizedTest
  @MethodSource("blocks")
  void configurationIsRead(String block) throws Exception {
    Path list = Files.writeString(folder.resolve("list"), "192.0.2.0/24\n");
    String text = LIST.matcher(block).replaceAll("file:" + list + "\"");
    StringBuilder whole = new StringBuilder(text);
    Set<String> backends = new TreeSet<>();
    BACKEND.matcher(text).results().forEach(found -> backends.add(found.group(1)));
    if (!text.contains("bind = ")) {
      whole.append("\nsluice.frontends.web { bind = \":8080\", backend = app }");
      backends.add("app");
    }
    for (String backend : backends) {
      if (!Pattern.compile("\\b" + backend + " \\{").matcher(text).find()) {
        whole.append("\nsluice.backends.").append(backend).append(".servers.a = \"10.0.0.1:1\"");
      }
    }

    Loaded loaded = ConfigReader.parse("document", whole.toString());

    assertThat(loaded.warnings())
        .as(text)
        .filteredOn(warning -> !warning.toString().endsWith(NOT_LED_TO))
        .isEmpty();
    assertThat(ConfigReader.parse("document", whole.toString()).config())
        .isEqualTo(loaded.config())
        .hasSameHashCodeAs(loaded.config());
  }
}
