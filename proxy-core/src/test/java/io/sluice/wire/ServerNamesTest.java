package io.sluice.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerNamesTest {

  private static ServerNames<String> names(String... patterns) {
    Map<ServerNamePattern, String> targets = new HashMap<>();
    for (String pattern : patterns) {
      targets.put(ServerNamePattern.of(pattern), pattern);
    }
    return new ServerNames<>(targets);
  }

  @ParameterizedTest
  @CsvSource({
    "example.com, example.com, true",
    "Example.COM., example.com, true",
    "example.com, www.example.com, false",
    "*.example.com, www.example.com, true",
    "*.Example.com, a.b.example.com, true",
    "*.example.com, example.com, false",
    "*.example.com, .example.com, false",
    "*.example.com, notexample.com, false",
    "*.example.com, www.example.org, false",
    "*.com, example.com, true",
    "*.example.com, www.example.com.evil, false",
  })
  void aPatternMatchesOneNameOrAllBelowOne(String pattern, String name, boolean matches) {
    assertThat(ServerNamePattern.of(pattern).matches(name)).isEqualTo(matches);
    assertThat(names(pattern).find(name) != null).isEqualTo(matches);
  }

  @Test
  void theExactNameWinsThenTheLongestWildcard() {
    ServerNames<String> names =
        names("*.example.com", "*.eu.example.com", "www.eu.example.com", "*.com");

    assertThat(names.find("www.eu.example.com")).isEqualTo("www.eu.example.com");
    assertThat(names.find("a.eu.example.com")).isEqualTo("*.eu.example.com");
    assertThat(names.find("a.www.eu.example.com")).isEqualTo("*.eu.example.com");
    assertThat(names.find("eu.example.com")).isEqualTo("*.example.com");
    assertThat(names.find("example.com")).isEqualTo("*.com");
    assertThat(names.find("com")).isNull();
    assertThat(names.find("example.org")).isNull();
    assertThat(names.find(null)).isNull();
    assertThat(names().find("example.org")).isNull();
    assertThat(names("*.example.com").find("..example.com")).isEqualTo("*.example.com");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "*",
        "*.",
        "*.*.example.com",
        "www.*.com",
        "*example.com",
        "www*.example.com",
        ".example.com",
        "a..b",
        "a.b..",
        "a b",
        "a/b",
        "[::1]",
        "bücher.example",
        "\u212A.example",
        "a\0",
      })
  void whatIsNoNameIsRefused(String text) {
    assertThatThrownBy(() -> ServerNamePattern.of(text))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void lengthsHaveTheirLimits() {
    String label = "a".repeat(63);
    String longest = String.join(".", label, label, label, "a".repeat(61));
    assertThat(ServerNamePattern.of("*." + longest).name()).hasSize(253);
    assertThatThrownBy(() -> ServerNamePattern.of(longest + "a"))
        .hasMessage("a server name has 1 to 253 characters, not 254");
    assertThatThrownBy(() -> ServerNamePattern.of("a" + label + ".example"))
        .hasMessage("a label has 1 to 63 characters, not 64");
  }

  @Test
  void patternsAreWrittenAsTheyAreRead() {
    assertThat(ServerNamePattern.of("*.Example.com.")).hasToString("*.example.com");
    assertThat(ServerNamePattern.of("WWW.example.com")).hasToString("www.example.com");
  }

  @Test
  void theIndexFindsWhatATryOfEachPatternFinds() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int round = 0; round < 2_000; round++) {
      List<ServerNamePattern> patterns =
          random
              .ints(random.nextInt(6), 0, 2)
              .mapToObj(wildcard -> new ServerNamePattern(name(random), wildcard == 1))
              .distinct()
              .toList();
      Map<ServerNamePattern, ServerNamePattern> targets = new HashMap<>();
      patterns.forEach(pattern -> targets.put(pattern, pattern));
      String name = name(random);

      ServerNamePattern best = null;
      for (ServerNamePattern pattern : patterns) {
        boolean better =
            best == null
                || (best.wildcard()
                    && (!pattern.wildcard() || pattern.name().length() > best.name().length()));
        best = pattern.matches(name) && better ? pattern : best;
      }
      assertThat(new ServerNames<>(targets).find(name))
          .as("seed %d, round %d: %s in %s", seed, round, name, patterns)
          .isEqualTo(best);
    }
  }

  private static String name(Random random) {
    StringBuilder name = new StringBuilder("a");
    for (int labels = random.nextInt(4); labels > 0; labels--) {
      name.append('.').append((char) ('a' + random.nextInt(2)));
    }
    return name.toString();
  }
}
