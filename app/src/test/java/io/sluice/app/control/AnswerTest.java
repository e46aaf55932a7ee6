package io.sluice.app.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.app.control.Answer.Verdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerTest {

  @ParameterizedTest
  @EnumSource(Verdict.class)
  void arrivesAsItWasSent(Verdict verdict) throws IOException {
    Answer answer = new Answer(verdict, List.of("done nothing", " é", ""), "2 changes");

    assertThat(Answer.decoded(answer.encoded())).isEqualTo(answer);
  }

  @Test
  void isLinesOfTextThatAnyClientUnderstands() {
    Answer answer = new Answer(Verdict.DONE, List.of("one\ntwo"), "two\nlines");

    assertThat(new String(answer.encoded(), StandardCharsets.UTF_8))
        .isEqualTo(" one\n two\ndone two; lines\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " one\n two\n done", " one\ndone 1 chan"})
  void withoutItsEndItIsNone(String text) {
    assertThatThrownBy(() -> Answer.decoded(text.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("it ended before it told the outcome");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 400 Bad\n\n",
        "\n",
        "\n\ndone 1 change\n",
        "a line\ndone 1 change\n",
        "done\n",
        "done 1 change\ndone 2 changes\n"
      })
  void answerOfAnotherProgramIsNone(String text) {
    assertThatThrownBy(() -> Answer.decoded(text.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("another program");
  }
}
