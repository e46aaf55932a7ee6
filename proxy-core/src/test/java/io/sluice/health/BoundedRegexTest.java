package io.sluice.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sluice.linux.Errno;
import io.sluice.transport.StreamSocket;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BoundedRegexTest {

  private static Answer answer(String latin1) {
    ByteBuffer bytes = ByteBuffer.wrap(latin1.getBytes(StandardCharsets.ISO_8859_1));
    Answer answer = new Answer();
    answer.receive(socketOf(bytes));
    return answer;
  }

  /** A socket that has received {@code bytes}, and nothing else that anybody asks here. */
  private static StreamSocket socketOf(ByteBuffer bytes) {
    return (StreamSocket)
        Proxy.newProxyInstance(
            StreamSocket.class.getClassLoader(),
            new Class<?>[] {StreamSocket.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("isReadable")) {
                return bytes.hasRemaining();
              }
              ByteBuffer target = (ByteBuffer) arguments[0];
              int count = Math.min(target.remaining(), bytes.remaining());
              target.put(bytes.slice(bytes.position(), count));
              bytes.position(bytes.position() + count);
              return count == 0 ? (long) -Errno.EAGAIN : (long) count;
            });
  }

  @ParameterizedTest
  @CsvSource({
    "+PONG,        ^[+]PO?, true",
    "-ERR,         ^[+]PO?, false",
    "role:master,  role:(master|primary), true",
    "'a\u00ffb',   a\\xffb, true",
    "abcabc,       (abc)\\1, true",
  })
  void findsWhatTheJdkFinds(String text, String regex, boolean expected) throws Exception {
    assertThat(new BoundedRegex.Budget().find(regex, answer(text))).isEqualTo(expected);
  }

  @Test
  void catastrophicBacktrackingIsGivenUp() {
    Answer answer = answer("a".repeat(5000) + "b");
    long begunNs = System.nanoTime();

    assertThatExceptionOfType(BoundedRegex.TooManyStepsException.class)
        .isThrownBy(() -> new BoundedRegex.Budget().find("^(a+)+$", answer));

    assertThat(System.nanoTime() - begunNs).isLessThan(5_000_000_000L);
  }

  @Test
  void deepRecursionIsGivenUp() {
    Answer answer = answer("ab".repeat(Answer.BYTES_MAX / 2));

    assertThatExceptionOfType(BoundedRegex.TooManyStepsException.class)
        .isThrownBy(
            () -> {
              BoundedRegex.Budget budget = new BoundedRegex.Budget();
              while (true) { // Whether the stack or the steps end first, something does.
                budget.find("^(a|b|ab)*$x", answer);
              }
            });
  }

  @Test
  void answerTakesNoMoreThanItsBound() {
    Answer answer = answer("x".repeat(3 * Answer.BYTES_MAX));

    assertThat(answer.length()).isEqualTo(Answer.BYTES_MAX);
    assertThat(answer.isOver()).isTrue();
    assertThat(answer.indexOf(new byte[] {'y'})).isEqualTo(-1);
  }
}
