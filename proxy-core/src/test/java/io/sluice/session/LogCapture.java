package io.sluice.session;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What is logged between its making and its closing. The tests' logging back end writes to whatever
 * {@code System.err} is at the time.
 */
public final class LogCapture implements AutoCloseable {
  private final PrintStream before = System.err;
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();

  /** Begins. */
  public LogCapture() {
    System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
  }

  /** The messages of one logger, without their prefixes. */
  public List<String> of(String logger) {
    String marker = " " + logger + " - ";
    return written
        .toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.contains(marker))
        .map(line -> line.substring(line.indexOf(marker) + marker.length()))
        .toList();
  }

  /** The lines of closed sessions, with {@code [date]} for the date after checking its form. */
  public List<String> sessions() {
    return of(SessionLog.LOGGER).stream().map(LogCapture::withoutDate).toList();
  }

  /** How many lines have {@code words} in them. */
  public long times(String words) {
    return written
        .toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.contains(words))
        .count();
  }

  private static String withoutDate(String line) {
    return line.replaceFirst(
        " \\[\\d\\d/[A-Z][a-z]{2}/\\d{4}:\\d\\d:\\d\\d:\\d\\d\\.\\d{3}] ", " [date] ");
  }

  @Override
  public void close() {
    System.setErr(before);
  }
}
