package io.sluice.app.convert;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** HAProxy's quoting rules: configuration manual, section 2.2. */
class LineTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a b\tc  d | a,b,c,d",
        "a # b | a",
        "a\\#b c | a#b,c",
        "a\\ b c | a b,c",
        "\"a b\" 'c d' | a b,c d",
        "a\"b c\"d | ab cd",
        "'a\\b' | a\\b",
        "\"a\\\"b\" | a\"b",
        "a\\x41b | aAb",
        "a\\\\b | a\\b",
      })
  void wordsAreSplitAsHaproxyDoes(String raw, String words) {
    Line line = Line.parse(1, raw);

    assertThat(line.words()).isEqualTo(List.of(words.split(",", -1)));
    assertThat(line.defect()).isNull();
  }

  @Test
  void signsForControlCharactersBecomeThem() {
    assertThat(Line.parse(1, "send PING\\r\\n").word(1)).isEqualTo("PING\r\n");
    assertThat(Line.parse(1, "send 'PING\\r\\n'").word(1)).isEqualTo("PING\\r\\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "bind \"a | a quote is not closed",
        "bind 'a | a quote is not closed",
        "bind a\\ | a backslash ends it",
        "bind \\x4 | \\x needs two hexadecimal digits",
        "bind \\xzz | \\x needs two hexadecimal digits",
      })
  void whatCannotBeReadIsADefect(String raw, String defect) {
    assertThat(Line.parse(1, raw).defect()).isEqualTo(defect);
  }

  @Test
  void environmentVariablesAreForAPerson() {
    assertThat(Line.parse(1, "bind \"${ADDRESS}:80\"").defect()).contains("environment variable");
  }
}
