package io.sluice.health;

import io.sluice.config.CheckKind;
import io.sluice.linux.Errno;
import io.sluice.transport.StreamSocket;

/**
 * Sends a request and looks at the status of the response (RFC 9112, sections 3 and 4).
 *
 * <p>Only the status line is read; of an interim response (1xx) everything up to its end, after
 * which the next one is looked at. All must come within {@link Answer#BYTES_MAX}.
 */
final class HttpCheck implements Dialogue {
  private static final String VERSION = "HTTP/1.";

  /** {@code HTTP/1.1 200}. */
  private static final int CODE_AT = VERSION.length() + 2;

  private static final int CODE_END = CODE_AT + 3;
  private static final int SWITCHING_PROTOCOLS = 101;

  private final CheckKind.Http terms;
  private final Speech request;
  private final Answer answer = new Answer();

  /** Where the status line at hand begins. */
  private int start;

  /** {@code host} of the Host header, whatever the terms say. */
  HttpCheck(CheckKind.Http terms, String host) {
    this.terms = terms;
    request =
        Speech.of(
            terms.method()
                + " "
                + terms.path()
                + " HTTP/1.1\r\nHost: "
                + host
                + "\r\nUser-Agent: sluice\r\nAccept: */*\r\nConnection: close\r\n\r\n");
  }

  @Override
  public Verdict advance(StreamSocket socket) {
    int sent = request.send(socket);
    if (sent < 0 && sent != -Errno.EAGAIN) {
      return Verdict.of(CheckStatus.SOCKERR, Errno.text(-sent));
    }
    if (!answer.receive(socket)) {
      return null;
    }
    while (true) {
      Verdict verdict = statusLine();
      if (verdict != null) {
        return verdict;
      }
      if (!skipInterim()) {
        return over();
      }
    }
  }

  /** What the status line at hand says; null while it is not complete, or of an interim one. */
  private Verdict statusLine() {
    int end = answer.indexOf('\r', start);
    int line = end < 0 ? answer.length() : end;
    boolean complete = end >= 0 && end + 1 < answer.length();
    if (!isGoodSoFar(line) || (complete && answer.at(end + 1) != '\n')) {
      return Verdict.of(CheckStatus.L7RSP);
    }
    if (!complete) {
      return null;
    }
    if (line - start < CODE_END || (line - start > CODE_END && at(CODE_END) != ' ')) {
      return Verdict.of(CheckStatus.L7RSP);
    }
    int code = Integer.parseInt(answer.text(start + CODE_AT, start + CODE_END));
    if (code >= 200 || code == SWITCHING_PROTOCOLS) {
      String reason = answer.text(Math.min(start + CODE_END + 1, line), line);
      return terms.statuses().contains(code)
          ? new Verdict(CheckStatus.L7OK, code, "")
          : new Verdict(CheckStatus.L7STS, code, reason);
    }
    return null;
  }

  /** Whether what there is of the line may begin a status line: a wrong byte needs no more. */
  private boolean isGoodSoFar(int line) {
    for (int i = 0; i < Math.min(line - start, CODE_END); i++) {
      char c = at(i);
      boolean good =
          i < VERSION.length()
              ? c == VERSION.charAt(i)
              : i == CODE_AT - 1 ? c == ' ' : c >= (i == CODE_AT ? '1' : '0') && c <= '9';
      if (!good) {
        return false;
      }
    }
    return true;
  }

  private char at(int index) {
    return (char) (answer.at(start + index) & 0xFF);
  }

  /** Goes on behind an interim response; false when its end has not come. */
  private boolean skipInterim() {
    int end = answer.indexOf('\r', start);
    while (end >= 0 && end + 3 < answer.length()) {
      if (answer.at(end + 1) == '\n' && answer.at(end + 2) == '\r' && answer.at(end + 3) == '\n') {
        start = end + 4;
        return true;
      }
      end = answer.indexOf('\r', end + 1);
    }
    return false;
  }

  /** What it means that nothing can follow; null while it can. */
  private Verdict over() {
    if (answer.errno() != 0) {
      return Verdict.of(CheckStatus.SOCKERR, Errno.text(answer.errno()));
    }
    return answer.isOver() ? Verdict.of(CheckStatus.L7RSP) : null;
  }

  @Override
  public Verdict onTimeout() {
    return Verdict.of(CheckStatus.L7TOUT);
  }
}
