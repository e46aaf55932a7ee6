package io.sluice.discovery;

import static io.sluice.discovery.Terms.answer;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.discovery.NameFailure.Kind;
import io.sluice.session.LogCapture;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** When is asked, what comes of it, and what is said about it. */
class DiscoveryTest {
  private static final Duration MS = Duration.ofMillis(1);

  private final ManualAgenda agenda = new ManualAgenda();
  private final Deque<CompletableFuture<Answer>> questions = new ArrayDeque<>();
  private final List<Place> places = Place.places(2);
  @AutoClose private final LogCapture log = new LogCapture();

  private Discovery start(String discover) throws Exception {
    Discovery discovery = discovery(discover);
    discovery.start();
    return discovery;
  }

  private Discovery discovery(String discover) throws Exception {
    NameSource source =
        () -> {
          CompletableFuture<Answer> question = new CompletableFuture<>();
          questions.add(question);
          return question;
        };
    return new Discovery(
        "backend app: db.example", source, new ArrayList<>(places), Terms.of(discover), agenda);
  }

  private List<String> said() {
    return log.of(Discovery.class.getName());
  }

  private static NameFailure failure(Kind kind, String words) {
    return new NameFailure(kind, words);
  }

  @Test
  void anAnswerIsAskedForAgainWhenItsTimeIsOver() throws Exception {
    start("ttl-min = 2s, ttl-max = 1m");

    questions.remove().complete(answer(Duration.ofSeconds(30), 1));
    agenda.pass(Duration.ofSeconds(30).minus(MS));
    assertThat(questions).isEmpty();
    agenda.pass(MS);
    questions.remove().complete(answer(Duration.ZERO, 1, 2));
    agenda.pass(Duration.ofSeconds(2).minus(MS));
    assertThat(questions).as("not before ttl-min").isEmpty();
    agenda.pass(MS);
    questions.remove().complete(answer(Duration.ofDays(1), 2));
    agenda.pass(Duration.ofMinutes(1).minus(MS));
    assertThat(questions).as("not after ttl-max").isEmpty();
    agenda.pass(MS);

    assertThat(questions).hasSize(1);
    assertThat(places).extracting(Place::port).containsExactly(0, 2);
    assertThat(said()).isEmpty();
  }

  @Test
  void theFirstOutcomeIsWaitedForWhateverItIs() throws Exception {
    Discovery answered = start("");
    assertThat(answered.awaitFirst(0, TimeUnit.SECONDS)).isFalse();
    questions.remove().complete(answer(1));
    assertThat(answered.awaitFirst(0, TimeUnit.SECONDS)).isTrue();

    Discovery failed = start("");
    questions.remove().completeExceptionally(failure(Kind.TIMEOUT, "x"));
    assertThat(failed.awaitFirst(0, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void whoIsInAHurryDoesNotWaitForTheFirstOutcome() throws Exception {
    Discovery discovery = start("");

    discovery.hurry();

    assertThat(discovery.awaitFirst(0, TimeUnit.SECONDS)).isTrue();
    questions.remove().complete(answer(1));
    assertThat(places.get(0).history).as("it goes on").containsExactly("fill 1");
  }

  @Test
  void aQuestionThatCannotBeAskedIsFollowedByARetry() throws Exception {
    Deque<NameSource> sources = new ArrayDeque<>();
    sources.add(
        () -> {
          throw new IllegalStateException("no thread for it");
        });
    sources.add(() -> CompletableFuture.completedFuture(answer(1)));
    NameSource source = () -> sources.remove().ask();
    new Discovery(
            "backend app: db.example",
            source,
            new ArrayList<>(places),
            Terms.of("retry-interval = 5s"),
            agenda)
        .start();
    assertThat(said()).singleElement().asString().contains("no thread for it");

    agenda.pass(Duration.ofSeconds(5));

    assertThat(places.get(0).history).containsExactly("fill 1");
  }

  @Test
  void itsPatienceIsThatOfAllAttempts() throws Exception {
    assertThat(start("timeout = 300ms, retries = 3").patience()).hasMillis(1200);
  }

  @Test
  void aFailureIsFollowedByARetryAndSaidOnce() throws Exception {
    start("retry-interval = 5s, hold-nx = 30s");
    questions.remove().complete(answer(Duration.ofSeconds(10), 1));
    agenda.pass(Duration.ofSeconds(10));
    for (int attempt = 0; attempt < 3; attempt++) {
      questions.remove().completeExceptionally(failure(Kind.TIMEOUT, "10.0.0.53:53 is silent"));
      agenda.pass(Duration.ofSeconds(5).minus(MS));
      assertThat(questions).isEmpty();
      agenda.pass(MS);
    }
    assertThat(places.get(0).port()).isEqualTo(1);
    questions.remove().complete(answer(1));

    assertThat(places.get(0).history).containsExactly("fill 1");
    assertThat(said())
        .containsExactly(
            "backend app: db.example cannot be resolved, DNS timeout status: 10.0.0.53:53 is"
                + " silent; what the last good answer told stays",
            "backend app: db.example resolves again");
  }

  @Test
  void whatIsHeldNoLongerIsSaidToo() throws Exception {
    start("retry-interval = 10s, hold-nx = 15s");
    questions.remove().complete(answer(Duration.ofSeconds(10), 1));
    agenda.pass(Duration.ofSeconds(10));
    questions.remove().completeExceptionally(failure(Kind.NX, "no such name"));
    agenda.pass(Duration.ofSeconds(10));
    questions.remove().completeExceptionally(failure(Kind.NX, "no such name"));
    agenda.pass(Duration.ofSeconds(10));
    questions.remove().completeExceptionally(failure(Kind.NX, "no such name"));

    assertThat(places.get(0).history).containsExactly("fill 1", "empty: DNS NX status");
    String failed = "backend app: db.example cannot be resolved, DNS NX status: no such name; ";
    assertThat(said())
        .containsExactly(
            failed + "what the last good answer told stays", failed + "it tells no servers now");
  }

  @Test
  void anotherFailureIsNews() throws Exception {
    start("retry-interval = 1s");
    questions.remove().completeExceptionally(failure(Kind.TIMEOUT, "silent"));
    agenda.pass(Duration.ofSeconds(1));
    questions.remove().completeExceptionally(failure(Kind.REFUSED, "refused"));

    assertThat(said()).hasSize(2);
  }

  @Test
  void whatIsHeldAlthoughItIsGoneIsLookedAtInTime() throws Exception {
    start("hold-obsolete = 20s");
    questions.remove().complete(answer(Duration.ofSeconds(5), 1, 2));
    agenda.pass(Duration.ofSeconds(5));
    questions.remove().complete(answer(Duration.ofMinutes(30), 2));
    assertThat(places.get(0).port()).isEqualTo(1);

    agenda.pass(Duration.ofSeconds(20));
    questions.remove().complete(answer(Duration.ofMinutes(30), 2));

    assertThat(places).extracting(Place::port).containsExactly(0, 2);
  }

  @Test
  void tooManyServersAreSaidWhenTheirNumberChanges() throws Exception {
    start("ttl-max = 1s");
    for (int[] ports : new int[][] {{1, 2, 3}, {1, 2, 3}, {1, 2}, {1, 2, 3, 4}}) {
      questions.remove().complete(answer(ports));
      agenda.pass(Duration.ofSeconds(1));
    }

    assertThat(said())
        .containsExactly(
            "backend app: db.example has 1 more servers than there are slots: raise slots",
            "backend app: db.example has 2 more servers than there are slots: raise slots");
  }

  @Test
  void oneThatTakesOverBeginsWithWhatTheOtherHasFilledLast() throws Exception {
    Discovery before = start("");
    Discovery after = discovery("");
    questions.remove().complete(answer(1, 2));

    before.stop();
    after.start();
    questions.remove().complete(answer(3, 2));

    assertThat(places.get(0).history)
        .containsExactly("fill 1", "empty: No IP for server", "fill 3");
    assertThat(places.get(1).history).containsExactly("fill 2");
  }

  @Test
  void nothingHappensAfterTheEnd() throws Exception {
    Discovery discovery = start("");
    CompletableFuture<Answer> pending = questions.remove();

    discovery.stop();
    pending.complete(answer(1));

    assertThat(places.get(0).history).isEmpty();
    assertThat(agenda.size()).isZero();
  }

  @Test
  void theEndComesBetweenTwoQuestionsToo() throws Exception {
    Discovery discovery = start("ttl-max = 1s");
    questions.remove().complete(answer(1));

    discovery.stop();
    agenda.pass(Duration.ofSeconds(2));

    assertThat(questions).isEmpty();
    assertThat(agenda.size()).isZero();
    assertThat(places.get(0).history).containsExactly("fill 1");
  }
}
