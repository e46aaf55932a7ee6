package io.sluice.health;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckResultTest {

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "L4CON, 0, Connection refused, 0, `Layer4 connection problem, info: \"Connection refused\","
            + " check duration: 0ms`",
        "L7STS, 503, Service Unavailable, 3, `Layer7 wrong status, code: 503, info: \"Service"
            + " Unavailable\", check duration: 3ms`",
        "L7OK, 200, ``, 3, `Layer7 check passed, code: 200, check duration: 3ms`",
        "L7TOUT, 0, ``, 701, `Layer7 timeout, check duration: 701ms`",
        "HANA, 0, x, -1, `Health analyze, info: \"x\"`",
      })
  void wordsAreHaproxys(CheckStatus status, int code, String info, long ms, String words) {
    assertThat(new CheckResult(status, code, info, ms).words()).isEqualTo(words);
  }

  @Test
  void serversCannotEndTheQuotesOrTheLine() {
    assertThat(new CheckResult(CheckStatus.L7STS, 0, "a\"b\r\nc", 1).words())
        .isEqualTo(
            "Layer7 wrong status, code: 0, info: \"a&#34;b&#13;&#10;c\", check duration: 1ms");
  }
}
