package io.sluice.app.e2e;

import java.util.function.LongPredicate;

/** Something came sooner or later than it should: a proxy's fault, or that of a busy machine. */
final class Untimely extends AssertionError {
  private static final long serialVersionUID = 1;

  Untimely(String what) {
    super(what);
  }

  /** Passes if {@code ms}, a number of milliseconds in text, is as {@code expected}. */
  static void unless(LongPredicate expected, String ms, String what) {
    if (!expected.test(Long.parseLong(ms))) {
      throw new Untimely(what);
    }
  }
}
