package io.sluice.health;

import io.sluice.linux.Errno;
import io.sluice.transport.StreamSocket;
import java.util.function.Consumer;

/** Asks an agent: sends a text if there is one, and takes one line. */
final class AgentCheck implements Dialogue {
  private final Speech speech;
  private final Consumer<AgentLine> onLine;
  private final Answer answer = new Answer();

  /** {@code onLine} is told what the agent said, before the verdict is out. */
  AgentCheck(String send, Consumer<AgentLine> onLine) {
    speech = Speech.of(send);
    this.onLine = onLine;
  }

  @Override
  public Verdict advance(StreamSocket socket) {
    int sent = speech.send(socket);
    if (sent < 0 && sent != -Errno.EAGAIN) {
      return Verdict.of(CheckStatus.SOCKERR, Errno.text(-sent));
    }
    if (!answer.receive(socket)) {
      return null;
    }
    int end = end();
    if (end >= 0) {
      AgentLine line = AgentLine.parse(answer.text(0, end));
      onLine.accept(line);
      return line.verdict();
    }
    if (!answer.isOver()) {
      return null;
    }
    if (answer.length() > 0) {
      return Verdict.of(CheckStatus.CHECKED, "Ignoring incomplete line from agent");
    }
    return answer.errno() != 0
        ? Verdict.of(CheckStatus.SOCKERR, Errno.text(answer.errno()))
        : Verdict.of(CheckStatus.L7RSP, "TCPCHK got an empty response at step 2");
  }

  private int end() {
    int line = answer.indexOf('\n', 0);
    int carriage = answer.indexOf('\r', 0);
    return carriage >= 0 && (line < 0 || carriage < line) ? carriage : line;
  }

  @Override
  public Verdict onTimeout() {
    return Verdict.of(CheckStatus.L7TOUT);
  }
}
