package io.sluice.health;

import io.sluice.config.CheckStep;
import io.sluice.linux.Errno;
import io.sluice.transport.StreamSocket;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/**
 * Sends and expects, step by step: HAProxy's {@code tcp-check} with its words.
 *
 * <p>An answer is what has come since the last send; expects that follow one another look at the
 * same one. The connection is step 1.
 */
final class SendExpectCheck implements Dialogue {
  private static final int STEPS_BEFORE = 2;
  private static final int SHOWN_MAX = 80;

  private enum Progress {
    NEXT,
    WAIT,
    OVER
  }

  private final List<CheckStep> steps;
  private final Answer answer = new Answer();

  /** What all regular expressions of the run may take together. */
  private final BoundedRegex.Budget budget = new BoundedRegex.Budget();

  private int at;

  /** Of the step at hand, if it sends and has begun. */
  private Speech speech;

  /** Whether the step at hand has not looked at the answer yet. */
  private boolean fresh = true;

  private Verdict verdict;

  SendExpectCheck(List<CheckStep> steps) {
    this.steps = steps;
  }

  @Override
  public Verdict advance(StreamSocket socket) {
    while (at < steps.size()) {
      Progress progress =
          steps.get(at) instanceof CheckStep.Send send ? send(send, socket) : expect(socket);
      if (progress != Progress.NEXT) {
        return verdict;
      }
      at++;
      fresh = true;
      speech = null;
    }
    return Verdict.of(CheckStatus.L7OK, "(tcp-check)");
  }

  private Progress send(CheckStep.Send step, StreamSocket socket) {
    if (speech == null) {
      speech = Speech.of(step.bytes());
      answer.clear();
    }
    int sent = speech.send(socket);
    if (sent == -Errno.EAGAIN) {
      return Progress.WAIT;
    }
    return sent == 0 ? Progress.NEXT : broken(-sent);
  }

  private Progress expect(StreamSocket socket) {
    boolean news = answer.receive(socket);
    if (!news && !fresh) {
      return Progress.WAIT;
    }
    fresh = false;
    boolean found;
    try {
      found = isFound(steps.get(at));
    } catch (BoundedRegex.TooManyStepsException e) {
      return over("the regular expression takes too many steps" + atStep());
    }
    if (found) {
      return Progress.NEXT;
    }
    if (answer.errno() != 0) {
      return broken(answer.errno());
    }
    if (!answer.isOver()) {
      return Progress.WAIT;
    }
    return answer.length() == 0
        ? over("TCPCHK got an empty response" + atStep())
        : over("TCPCHK did not match content " + wanted(steps.get(at)) + atStep());
  }

  private boolean isFound(CheckStep step) throws BoundedRegex.TooManyStepsException {
    if (step instanceof CheckStep.ExpectRegex regex) {
      return budget.find(regex.regex(), answer);
    }
    return answer.indexOf(bytes((CheckStep.Expect) step)) >= 0;
  }

  private static byte[] bytes(CheckStep.Expect step) {
    return step.bytes().getBytes(StandardCharsets.ISO_8859_1);
  }

  private Progress over(String info) {
    verdict = Verdict.of(CheckStatus.L7RSP, info);
    return Progress.OVER;
  }

  private Progress broken(int errno) {
    verdict = Verdict.of(CheckStatus.SOCKERR, Errno.text(errno) + where());
    return Progress.OVER;
  }

  @Override
  public Verdict onTimeout() {
    return Verdict.of(CheckStatus.L7TOUT, where());
  }

  @Override
  public String whereConnecting() {
    return " at step 1 of tcp-check (connect)";
  }

  private String atStep() {
    return " at step " + (at + STEPS_BEFORE);
  }

  private String where() {
    CheckStep step = steps.get(at);
    String what;
    if (step instanceof CheckStep.Send) {
      what = "send";
    } else if (step instanceof CheckStep.Expect expect) {
      what =
          expect.isHex()
              ? "expect binary '" + shown(HexFormat.of().formatHex(bytes(expect))) + "'"
              : "expect string '" + shown(expect.bytes()) + "'";
    } else {
      what = "expect regex";
    }
    return atStep() + " of tcp-check (" + what + ")";
  }

  private static String wanted(CheckStep step) {
    if (step instanceof CheckStep.ExpectRegex) {
      return "(regex)";
    }
    CheckStep.Expect expect = (CheckStep.Expect) step;
    return expect.isHex() ? "(binary)" : "'" + shown(expect.bytes()) + "'";
  }

  private static String shown(String text) {
    return text.length() > SHOWN_MAX ? text.substring(0, SHOWN_MAX) + "..." : text;
  }
}
