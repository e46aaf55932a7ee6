package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever an operator mistypes is read, or refused with problems that can be shown. */
class MutationTest {

  private static final String GOOD =
      """
      sluice {
        threads = 2, drain-timeout = 30s
        timeouts { connect = 5s, client = 1m, tunnel = none }
        tcp { nodelay = true, keep-alive-idle = 5s, send-buffer = 64KiB }
        pump { mode = auto, pipe-size = 1MiB, copy-below = 8KiB }
        mirrors { a { to = "tcp:h:3", sample = 1/9 }, b { to = "file:/{session}", max-bytes = 1MiB } }
        frontends.web { bind = ["127.0.0.1:80", "[::1]:80", "unix:/a"], backend = app, mirror = [a, b] }
        backends.app { servers { a { address = "h:1" }, b = "h:2" }, timeouts.server = 3s }
      }
      """;

  private static final String ALPHABET = "{}[]()=:,.\"\n #$?+-*/%@0a9zZ_é\0";
  private static final int ROUNDS = 1500;
  private static final int EDITS_MAX = 3;

  @Test
  void everyTextIsReadOrRefused() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    int refused = 0;
    for (int round = 0; round < ROUNDS; round++) {
      String text = mutate(random);
      try {
        assertThat(ConfigReader.parse("s.conf", text).config().frontends()).isNotEmpty();
      } catch (ConfigException e) {
        refused++;
        assertThat(e.problems()).as("seed %d%n%s", seed, text).isNotEmpty();
        assertThat(e.problems())
            .as("seed %d%n%s", seed, text)
            .allSatisfy(problem -> assertThat(problem.toString()).startsWith("s.conf"));
      } catch (RuntimeException | Error e) {
        fail("seed " + seed + "\n" + text, e);
      }
    }
    assertThat(refused).as("seed %d", seed).isBetween(1, ROUNDS - 1);
  }

  private static String mutate(Random random) {
    var text = new StringBuilder(GOOD);
    int edits = 1 + random.nextInt(EDITS_MAX);
    for (int i = 0; i < edits; i++) {
      int at = random.nextInt(text.length());
      char other = ALPHABET.charAt(random.nextInt(ALPHABET.length()));
      switch (random.nextInt(3)) {
        case 0 -> text.deleteCharAt(at);
        case 1 -> text.insert(at, other);
        default -> text.setCharAt(at, other);
      }
    }
    return text.toString();
  }
}
