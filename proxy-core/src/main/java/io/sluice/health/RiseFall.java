package io.sluice.health;

import io.sluice.config.CheckConfig.InitialState;

/**
 * Counts checks passed and failed in a row, as HAProxy does ({@code check->health} in its {@code
 * src/check.c}).
 *
 * <pre>
 *      DOWN            DOWN 1/2    UP 1/3     UP 2/3            UP
 *       0 ──pass──▶ 1 .. rise-1 ──▶ rise .. rise+fall-2 ◀─fail── rise+fall-1
 *       ▲◀────────────fail────────────┘         pass ──────────────▶
 * </pre>
 *
 * <p>Invariant: 0 &lt;= value &lt; rise + fall. A failure below {@code rise} leads to 0, a success
 * that reaches {@code rise} to the top.
 */
final class RiseFall {
  private final int rise;
  private final int fall;
  private final int initial;
  private int value;

  RiseFall(int rise, int fall, InitialState initial) {
    this.rise = rise;
    this.fall = fall;
    this.initial =
        switch (initial) {
          case UP -> rise;
          case FULLY_UP -> top();
          case DOWN -> rise - 1;
          case FULLY_DOWN -> 0;
        };
    value = this.initial;
  }

  private int top() {
    return rise + fall - 1;
  }

  /** A check failed; returns whether that changed anything. */
  boolean fail() {
    if (value == 0) {
      return false;
    }
    value--;
    if (value < rise) {
      value = 0;
    }
    return true;
  }

  /** A check passed; returns whether that changed anything. */
  boolean pass() {
    if (value == top()) {
      return false;
    }
    value++;
    if (value >= rise) {
      value = top();
    }
    return true;
  }

  /** Up for good, or down for good, at once: what an agent says. */
  void set(boolean up) {
    value = up ? top() : 0;
  }

  /** As at the beginning: after a time without checks. HAProxy: {@code init-state}. */
  void reset() {
    value = initial;
  }

  /** Makes the failure after the next one the last. */
  void suddenDeath() {
    value = Math.min(value, rise + 1);
  }

  /** Makes the next failure the last. */
  void markDown() {
    value = Math.min(value, rise);
  }

  boolean isUp() {
    return value >= rise;
  }

  boolean isFullyUp() {
    return value == top();
  }

  boolean isFullyDown() {
    return value == 0;
  }

  /** The count as it is displayed: of {@link #of}. */
  int steps() {
    return isUp() ? value - rise + 1 : value;
  }

  int of() {
    return isUp() ? fall : rise;
  }

  int value() {
    return value;
  }

  int rise() {
    return rise;
  }

  int fall() {
    return fall;
  }
}
