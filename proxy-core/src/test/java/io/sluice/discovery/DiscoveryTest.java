package io.sluice.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.SockAddr;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DiscoveryTest {
  private static final long MS = 1_000_000;
  private static final DiscoveryTerms QUICK =
      new DiscoveryTerms(MS, 50 * MS, MS, 0, SlotTable.FOR_EVER);

  private final Discovery discovery = new Discovery();
  private final BlockingQueue<CompletableFuture<Answer>> questions = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

  @AfterEach
  void close() {
    discovery.close();
  }

  @Test
  void theFirstAnswerIsTakenInBeforeItsLatchOpens() throws Exception {
    CountDownLatch first = add();

    question().complete(answer(1));

    assertThat(first.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(told.poll()).isEqualTo("fill 1");
  }

  @Test
  void aFailureOpensTheLatchToo() throws Exception {
    CountDownLatch first = add();

    question().completeExceptionally(new IOException("NXDOMAIN"));

    assertThat(first.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(told).isEmpty();
  }

  @Test
  void itAsksAgainAfterAnAnswerAndAfterAFailure() throws Exception {
    add();

    question().complete(answer(1));
    question().completeExceptionally(new IOException("SERVFAIL"));
    question().complete(answer(2));

    assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("fill 1");
    assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("empty");
    assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("fill 2");
  }

  @Test
  void itDoesNotAskTwiceAtATime() throws Exception {
    add();
    CompletableFuture<Answer> pending = question();

    assertThat(questions.poll(100, TimeUnit.MILLISECONDS)).isNull();

    pending.complete(answer(1));
    assertThat(question()).isNotNull();
  }

  @Test
  void anAnswerAfterTheEndIsHarmless() throws Exception {
    CountDownLatch first = add();
    CompletableFuture<Answer> pending = question();

    discovery.close();
    pending.complete(answer(1));

    assertThat(first.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(told).isEmpty();
  }

  private CountDownLatch add() {
    Slot slot =
        new Slot() {
          @Override
          public void fill(Endpoint endpoint, String why) {
            told.add("fill " + endpoint.address().port());
          }

          @Override
          public void empty(String why) {
            told.add("empty");
          }
        };
    NameSource source =
        () -> {
          CompletableFuture<Answer> question = new CompletableFuture<>();
          questions.add(question);
          return question;
        };
    return discovery.add("test", source, List.of(slot), QUICK);
  }

  private CompletableFuture<Answer> question() throws InterruptedException {
    CompletableFuture<Answer> question = questions.poll(10, TimeUnit.SECONDS);
    assertThat(question).isNotNull();
    return question;
  }

  private static Answer answer(int port) {
    SockAddr address = SockAddr.inet(InetAddress.getLoopbackAddress(), port);
    return new Answer(List.of(new Endpoint(address, 1)), Duration.ofMillis(1));
  }
}
