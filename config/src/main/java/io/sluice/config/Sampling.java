package io.sluice.config;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which sessions are mirrored, always whole ones. {@code toString()} gives the form that the
 * operator writes back.
 *
 * @param share of sessions, or of clients, from 0 to 1; of {@code EVERY} it is {@code 1 / every}
 * @param every the number N of {@code EVERY}: sessions N, 2N, 3N and so on; 1 for the other kinds
 */
public record Sampling(Kind kind, double share, int every) {

  /** How a session is chosen. */
  public enum Kind {
    /** {@code 100%}: every session. */
    ALL,
    /** {@code 10%}: each session by itself, at random with probability {@code share}. */
    RANDOM,
    /** {@code 1/100}: one session in {@code every}, counted. */
    EVERY,
    /**
     * {@code 10% by client}: by a hash of the client's address without its port, so that the
     * sessions of one client are mirrored all or none.
     */
    BY_CLIENT
  }

  /** The text forms; digits are few enough for a double and an int. */
  static final Pattern FORM =
      Pattern.compile(
          "(100(?:\\.0{1,4})?|[0-9]{1,2}(?:\\.[0-9]{1,4})?)%(\\s+by\\s+client)?"
              + "|1/([1-9][0-9]{0,8})");

  static final String EXPECTED = "a share such as 10%, 1/100 or 10% by client";

  private static final int PERCENT_DIGITS = 4;

  /**
   * Reads the text form.
   *
   * @throws IllegalArgumentException whose message tells the operator what to change
   */
  public static Sampling parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("must be " + EXPECTED);
    }
    if (matcher.group(3) != null) {
      int every = Integer.parseInt(matcher.group(3));
      return every == 1
          ? new Sampling(Kind.ALL, 1, 1)
          : new Sampling(Kind.EVERY, 1.0 / every, every);
    }
    double share = Double.parseDouble(matcher.group(1)) / 100;
    if (share == 1) {
      return new Sampling(Kind.ALL, 1, 1);
    }
    return new Sampling(matcher.group(2) == null ? Kind.RANDOM : Kind.BY_CLIENT, share, 1);
  }

  @Override
  public String toString() {
    return switch (kind) {
      case ALL, RANDOM -> percent();
      case EVERY -> "1/" + every;
      case BY_CLIENT -> percent() + " by client";
    };
  }

  private String percent() {
    BigDecimal percent =
        BigDecimal.valueOf(share * 100).setScale(PERCENT_DIGITS, RoundingMode.HALF_UP);
    return percent.stripTrailingZeros().toPlainString() + "%";
  }
}
