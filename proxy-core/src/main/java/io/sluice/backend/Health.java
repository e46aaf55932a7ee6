package io.sluice.backend;

/**
 * What the checks say of a server.
 *
 * <p>The steps are HAProxy's: an up server has as many as failures are missing until it is down, of
 * {@code fall}; a down server has as many as checks it has passed since, of {@code rise}.
 *
 * @param isChecked false where nothing checks it; it counts as up then
 * @param byAgent whether the server's agent said so
 */
public record Health(boolean isChecked, boolean isUp, int steps, int of, boolean byAgent) {

  /** Of a server without checks. */
  public static final Health UNCHECKED = new Health(false, true, 0, 0, false);

  public Health {
    if (steps < 0 || steps > of || (isUp && isChecked && steps == 0)) {
      throw new IllegalArgumentException("no such health: " + steps + "/" + of);
    }
  }

  /** Up, and {@code steps} failures of {@code fall} away from being down. */
  public static Health up(int steps, int fall) {
    return new Health(true, true, steps, fall, false);
  }

  /** Down, and {@code steps} of {@code rise} passed checks on the way to being up. */
  public static Health down(int steps, int rise) {
    return new Health(true, false, steps, rise, false);
  }

  /** The same, said by the server's agent. */
  public Health fromAgent() {
    return new Health(isChecked, isUp, steps, of, true);
  }

  /** Whether it is between its state and the other. */
  boolean isMoving() {
    return isUp ? steps < of : steps > 0;
  }
}
