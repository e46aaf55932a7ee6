package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.PathTemplate.Placeholder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathTemplateTest {

  @ParameterizedTest
  @CsvSource({
    "/var/lib/{date}/{session}.{direction}, /var/lib/, <date>/<session>.<direction>",
    "/a/b{time}/{mirror}-{mirror}, /a/, b<time>/<mirror>-<mirror>",
    "/a/{client}/{frontend}/b, /a/, <client>/<frontend>/b",
    "/a/b/c, /a/b/, c",
    "/c, /, c",
    "/a/../b/x, /a/../b/, x",
  })
  void literalPartIsTheDirectoryAndTheRestIsFilledIn(String text, String directory, String below) {
    PathTemplate template = new PathTemplate(text);

    assertThat(template.directory()).isEqualTo(directory);
    assertThat(template.below(one -> "<" + one.word() + ">")).isEqualTo(below);
    assertThat(template).hasToString(text);
  }

  @Test
  void valuesArePutInAsTheyAre() {
    assertThat(new PathTemplate("/{date}").below(one -> "$1\\{time}")).isEqualTo("$1\\{time}");
  }

  @Test
  void placeholdersAreThoseThatOccur() {
    assertThat(new PathTemplate("/{mirror}-{date}-{date}").placeholders())
        .containsExactly(Placeholder.DATE, Placeholder.MIRROR);
    assertThat(new PathTemplate("/date").placeholders()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "'', the path is missing",
    "x.pcapng, the path must begin with /",
    "/var/, the path must not end with /",
    "/var/{date, a brace has no counterpart",
    "/var/x}, a brace has no counterpart",
    "/var/{{date}}, a brace has no counterpart",
    "/{date}/../x, behind a placeholder there must be plain names between the slashes",
    "/{date}//x, behind a placeholder there must be plain names between the slashes",
    "/{date}/., behind a placeholder there must be plain names between the slashes",
    "/a/.., behind a placeholder there must be plain names between the slashes",
    "/{Session}, there is no {Session}; did you mean \"session\"?",
  })
  void badTemplatesAreExplained(String text, String message) {
    assertThatThrownBy(() -> new PathTemplate(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }
}
