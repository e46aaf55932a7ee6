package io.sluice.session;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** What is logged while this is open; the tests' logger writes to standard error. */
final class Said implements AutoCloseable {
  private final PrintStream before = System.err;
  private final ByteArrayOutputStream text = new ByteArrayOutputStream();

  Said() {
    System.setErr(new PrintStream(text, true, StandardCharsets.UTF_8));
  }

  /** How many lines have {@code words} in them. */
  long times(String words) {
    return text.toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.contains(words))
        .count();
  }

  @Override
  public void close() {
    System.setErr(before);
    before.print(text.toString(StandardCharsets.UTF_8));
  }
}
