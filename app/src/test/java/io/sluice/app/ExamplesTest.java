package io.sluice.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.AddressParser;
import io.sluice.config.ConfigReader;
import io.sluice.config.Loaded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the documents tell people to type does what they say, as it stands there. */
class ExamplesTest {
  private static final Path README = Path.of("../README.md");
  private static final Path MIRRORING = Path.of("../docs/mirroring.md");
  private static final Pattern FORWARD = Pattern.compile("(?m)^\\./sluice forward .*$");

  /** One word of a shell's line: in quotes or not. */
  private static final Pattern WORD = Pattern.compile("'([^']*)'|([^\\s']+)");

  private static List<String> forwards() throws IOException {
    List<String> lines = new ArrayList<>();
    for (Path document : List.of(README, MIRRORING)) {
      FORWARD.matcher(Files.readString(document)).results().forEach(l -> lines.add(l.group()));
    }
    return lines;
  }

  private static List<String> words(String line) {
    Stream<MatchResult> words = WORD.matcher(line.replaceFirst("\\s+# .*", "")).results();
    return words.map(word -> word.group(1) != null ? word.group(1) : word.group(2)).toList();
  }

  @ParameterizedTest
  @MethodSource("forwards")
  void everyForwardIsAConfiguration(String line) throws Exception {
    List<String> words = words(line);
    assertThat(words.stream().filter(word -> !word.startsWith("file:")))
        .as("a shell would take these apart")
        .noneMatch(word -> word.matches(".*[{}*?;&|<>$].*"));
    var converter = new MirrorOption.Converter();
    List<String> addresses = new ArrayList<>();
    List<MirrorOption> mirrors = new ArrayList<>();
    for (int i = 2; i < words.size(); i++) {
      if (words.get(i).equals("--mirror")) {
        mirrors.add(converter.convert(words.get(++i)));
      } else {
        addresses.add(words.get(i));
      }
    }

    Loaded loaded =
        ConfigReader.parse(
            line,
            ForwardCommand.hocon(
                AddressParser.parseBind(addresses.get(0)),
                addresses.stream().skip(1).map(AddressParser::parseServer).toList(),
                mirrors));

    assertThat(loaded.warnings()).isEmpty();
    assertThat(loaded.config().mirrors()).hasSameSizeAs(mirrors);
  }

  @Test
  void secondExampleOfTheReadmeMirrors() throws IOException {
    List<String> sections =
        Pattern.compile("(?m)^## (.*)$")
            .matcher(Files.readString(README))
            .results()
            .map(section -> section.group(1))
            .toList();
    assertThat(sections).containsSubsequence("Two commands", "Forward in one line", "Mirror it");
    assertThat(sections.indexOf("Mirror it") - sections.indexOf("Forward in one line"))
        .isEqualTo(1);
    assertThat(forwards().stream().filter(line -> line.contains("--mirror")).count())
        .isGreaterThanOrEqualTo(5);
  }

  @Test
  void mirrorsOfTheDocumentAreAConfigurationWithoutWarnings() throws Exception {
    List<String> blocks =
        Pattern.compile("(?s)```hocon\n(.*?)```")
            .matcher(Files.readString(MIRRORING))
            .results()
            .map(block -> block.group(1))
            .toList();
    assertThat(blocks).isNotEmpty();
    String rest =
        """
        sluice.frontends.web { bind = ":8080", backend = app }
        sluice.backends.app.servers.a = "10.0.0.1:9000"
        """;
    for (String block : blocks) {
      Loaded loaded = ConfigReader.parse("mirroring.md", block + rest);
      assertThat(loaded.warnings()).isEmpty();
      assertThat(loaded.config().frontends().get("web").mirrors())
          .hasSameSizeAs(loaded.config().mirrors().values());
    }
  }
}
