package io.sluice.health;

import java.util.regex.Pattern;

/**
 * Regular expressions of the JDK over answers of servers, which may be hostile.
 *
 * <p>The JDK searches by backtracking, which can take exponential time. But it takes no step
 * without looking at a character, so counting those bounds it exactly, whatever the expression: the
 * input is at most {@link Answer#BYTES_MAX} long and the looks of one run of a check, over all its
 * expressions and all the pieces in which an answer comes, at most {@link #STEPS_MAX}. A library of
 * linear time would do without the bound, but not without back references and look-around, which
 * operators' expressions from elsewhere may have. How deep it recurses is bounded by the loop's
 * stack; running out of it is a failed check, too.
 */
final class BoundedRegex {

  /** About 10 ms of a loop's time, once in an interval, for the worst expression. */
  static final int STEPS_MAX = 4_000_000;

  /** A search was given up. */
  static final class TooManyStepsException extends Exception {
    private static final long serialVersionUID = 1;

    TooManyStepsException() {
      super(null, null, false, false);
    }
  }

  private BoundedRegex() {}

  /** The steps that one run of a check may take. */
  static final class Budget {
    private int left = STEPS_MAX;

    /**
     * Whether some part of {@code answer}, each byte taken as a char, matches {@code regex}.
     *
     * @throws TooManyStepsException when that cannot be told within the budget
     */
    boolean find(String regex, Answer answer) throws TooManyStepsException {
      try {
        return Pattern.compile(regex).matcher(new Looked(answer, 0, answer.length())).find();
      } catch (Spent | StackOverflowError e) {
        throw new TooManyStepsException();
      }
    }

    private final class Looked implements CharSequence {
      private final Answer answer;
      private final int from;
      private final int to;

      Looked(Answer answer, int from, int to) {
        this.answer = answer;
        this.from = from;
        this.to = to;
      }

      @Override
      public int length() {
        return to - from;
      }

      @Override
      public char charAt(int index) {
        if (--left < 0) {
          throw new Spent();
        }
        return (char) (answer.at(from + index) & 0xFF);
      }

      @Override
      public CharSequence subSequence(int start, int end) {
        return new Looked(answer, from + start, from + end);
      }

      @Override
      public String toString() {
        return answer.text(from, to);
      }
    }
  }

  private static final class Spent extends RuntimeException {
    private static final long serialVersionUID = 1;

    Spent() {
      super(null, null, false, false);
    }
  }
}
