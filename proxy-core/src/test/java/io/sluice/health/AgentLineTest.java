package io.sluice.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.backend.ServerState.Admin;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

class AgentLineTest {

  /** Status and words as HAProxy 2.6.12 shows them for the same line. */
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "down #too hot,                L7STS,   via agent : down (too hot)",
        "up 50%,                       L7OK,    via agent : up",
        "drain,                        CHECKED, ``",
        "`fail,10% # disk full`,       L7STS,   via agent : fail (disk full)",
        "gibberish,                    CHECKED, agent reports an error : gibberish",
        "maxconn:5 ready 300%,         CHECKED, ``",
        "maint stopped,                L7STS,   via agent : stopped",
        "UP,                           L7OK,    via agent : up",
        "``,                           CHECKED, ``",
        "`,, \t ,`,                    CHECKED, ``",
        "up nonsense more,             L7OK,    via agent : up (nonsense)",
        "up #fine,                     L7OK,    via agent : up (fine)",
        "down nonsense,                L7STS,   via agent : down (nonsense)",
        "down nonsense #why,           L7STS,   via agent : down (why)",
        "weight:257,  CHECKED, agent warns : Absolute weight can only be between 0 and 256"
            + " inclusive.",
        "weight:x,                     CHECKED, agent warns : Trailing garbage in weight string.",
        "50%x,                         CHECKED, agent warns : Trailing garbage in weight string.",
        "maxconn:-1,                   CHECKED, agent warns : Trailing garbage in maxconn string.",
        "50,                           CHECKED, agent reports an error : 50",
        "%,                            CHECKED, agent reports an error : %",
        "down#hot,                     CHECKED, agent reports an error : down#hot",
      })
  void verdictIsHaproxys(String line, CheckStatus status, String info) {
    assertThat(AgentLine.parse(line).verdict()).isEqualTo(new Verdict(status, 0, info));
  }

  @ParameterizedTest
  @CsvSource({"ready, READY", "Drain, DRAIN", "MAINT, MAINT", "ready maint, MAINT", "up,"})
  void adminWordsAreTaken(String line, Admin admin) {
    assertThat(AgentLine.parse(line).admin()).isEqualTo(admin);
  }

  @ParameterizedTest
  @CsvSource({
    "75%,         100, 75",
    "weight:20,   100, 20",
    "weight:20%,  100, 20",
    "WEIGHT:256,  1,   256",
    "0%,          100, 0",
    "50%,         1,   0",
    "300%,        1,   3",
    "999999999%,  256, 256",
    "10% 20%,     100, 20",
  })
  void weightIsOfTheInitialOne(String line, int initial, int expected) {
    assertThat(AgentLine.parse(line).weightOf(initial)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "maxconn:100, 100",
    "MaxConn:0, 0",
    "maxconn:, -1",
    "maxconn:99999999999, -1",
    "up, -1"
  })
  void maxConnectionsAreTaken(String line, int expected) {
    assertThat(AgentLine.parse(line).maxConnections()).isEqualTo(expected);
  }

  @Test
  void whatIsNotNamedIsNotSet() {
    AgentLine line = AgentLine.parse("# up 5%");

    assertThat(line.health()).isNull();
    assertThat(line.admin()).isNull();
    assertThat(line.weight()).isEqualTo(-1);
    assertThat(line.description()).isEqualTo("up 5%");
  }

  @Test
  void noLineFailsWhateverIsInIt() {
    long seed = System.nanoTime();
    LoggerFactory.getLogger(AgentLineTest.class).info("seed {}", seed);
    Random random = new Random(seed);
    String[] words = {
      "up",
      "down",
      "weight:",
      "maxconn:",
      "%",
      "#",
      ",",
      " ",
      "\t",
      "9",
      "100%",
      "-",
      "\0",
      "é",
      "maint"
    };
    for (int round = 0; round < 50_000; round++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(12); n > 0; n--) {
        text.append(
            random.nextInt(4) == 0
                ? String.valueOf((char) random.nextInt(256))
                : words[random.nextInt(words.length)]);
      }
      AgentLine line = AgentLine.parse(text.toString());
      assertThat(line.verdict().status())
          .isIn(CheckStatus.L7OK, CheckStatus.L7STS, CheckStatus.CHECKED);
      if (line.weight() >= 0) {
        assertThat(line.weightOf(random.nextInt(257))).isBetween(0, 256);
      }
      assertThat(line.maxConnections()).isGreaterThanOrEqualTo(-1);
    }
  }
}
