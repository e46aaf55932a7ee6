package io.sluice.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.discovery.NameFailure.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.Type;

/** What is asked of name servers, and what is made of what they say; over real sockets. */
@Timeout(60)
class DnsSourceTest {
  /** For a test that waits until one is silent for so long, while the other one answers in time. */
  private static final String PATIENT = "timeout = 3s";

  private DiscoveryThread thread;
  private FakeNameServer first;
  private FakeNameServer second;

  @BeforeEach
  void begin() throws Exception {
    thread = new DiscoveryThread();
    first = new FakeNameServer();
    second = new FakeNameServer();
  }

  @AfterEach
  void end() throws Exception {
    thread.close();
    first.close();
    second.close();
  }

  private DnsSource source(String discover) throws Exception {
    String both = "[" + first.address() + ", " + second.address() + "]";
    String quick = "timeout = 5s, slots = 4, resolvers = " + both + ", ";
    return DnsSource.of(Terms.of(quick + discover), thread);
  }

  /** On the thread that it belongs to, as its own user does it. */
  private Answer ask(DnsSource source) throws Exception {
    CompletableFuture<Answer> outcome = new CompletableFuture<>();
    thread.execute(
        () ->
            source
                .ask()
                .whenComplete(
                    (answer, thrown) -> {
                      if (thrown == null) {
                        outcome.complete(answer);
                      } else {
                        outcome.completeExceptionally(NameFailure.of(thrown));
                      }
                    }));
    return outcome.get(30, TimeUnit.SECONDS);
  }

  private NameFailure fail(DnsSource source) {
    ExecutionException thrown = catchThrowableOfType(ExecutionException.class, () -> ask(source));
    return (NameFailure) thrown.getCause();
  }

  private static List<String> texts(Answer answer) {
    return answer.endpoints().stream()
        .map(
            endpoint ->
                endpoint.address()
                    + " "
                    + endpoint.weight()
                    + (endpoint.standby() ? " standby" : ""))
        .toList();
  }

  @Test
  void addressesOfOneFamily() throws Exception {
    first.knows(
        "db.example 60 A 10.0.0.2",
        "db.example 30 A 10.0.0.1",
        "db.example 10 AAAA 2001:db8::1",
        "db.example 90 A 10.0.0.3");

    Answer four = ask(source("type = a, port = 5432"));
    assertThat(texts(four))
        .containsExactly("10.0.0.1:5432 0", "10.0.0.2:5432 0", "10.0.0.3:5432 0");
    assertThat(four.ttl()).as("the least of all").isEqualTo(Duration.ofSeconds(30));
    assertThat(texts(ask(source("type = aaaa, port = 1")))).containsExactly("[2001:db8::1]:1 0");
    assertThat(first.asked).containsExactly("udp A db.example", "udp AAAA db.example");
    assertThat(second.asked).isEmpty();
  }

  @Test
  void addressesOfBothFamiliesOrOfTheOneThatThereIs() throws Exception {
    first.knows("db.example 60 A 10.0.0.2", "db.example 30 AAAA 2001:db8::1");
    assertThat(texts(ask(source("type = any, port = 80"))))
        .containsExactly("10.0.0.2:80 0", "[2001:db8::1]:80 0");

    first.knows("db.example 30 AAAA 2001:db8::1");
    assertThat(texts(ask(source("type = any, port = 80")))).containsExactly("[2001:db8::1]:80 0");

    first.knows("db.example 30 TXT x");
    assertThat(fail(source("type = any, port = 80")))
        .hasMessage("db.example. has no A and no AAAA records, says " + shown(first));
  }

  private static String shown(FakeNameServer server) {
    return server.address().replace("\"", "");
  }

  /** Or else half of the servers would be gone with a lost packet. */
  @Test
  void familyThatIsNotToldIsNotTakenForNone() throws Exception {
    first.knows("db.example 60 A 10.0.0.2", "db.example 30 AAAA 2001:db8::1");
    first.silentType = Type.AAAA;

    NameFailure failure = fail(source("type = any, port = 80, retries = 0, timeout = 200ms"));

    assertThat(failure.kind()).isEqualTo(Kind.TIMEOUT);
  }

  /** No descriptor is left, say: then it would be wrong to look at the name server. */
  @Test
  void nameServerThatCannotBeAskedIsNotCalledSilent() throws Exception {
    String broadcast = "type = a, port = 80, retries = 0, resolvers = \"255.255.255.255\"";

    NameFailure failure = fail(DnsSource.of(Terms.of(broadcast), thread));

    assertThat(failure).hasMessageStartingWith("255.255.255.255:53 cannot be asked: ");
    assertThat(failure.kind()).isEqualTo(Kind.TIMEOUT);
  }

  @Test
  void aliasesAreFollowedAndTheirTimeCounts() throws Exception {
    first.knows(
        "db.example 5 CNAME a.example", "a.example 50 CNAME b.example", "b.example 60 A 10.0.0.2");

    Answer answer = ask(source("type = a, port = 80"));

    assertThat(texts(answer)).containsExactly("10.0.0.2:80 0");
    assertThat(answer.ttl()).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void aliasesWhoseNameIsNotToldAreAskedFor() throws Exception {
    first.chases = false;
    first.knows(
        "db.example 50 CNAME a.example", "a.example 5 CNAME b.example", "b.example 60 A 10.0.0.2");

    Answer answer = ask(source("type = a, port = 80"));

    assertThat(texts(answer)).containsExactly("10.0.0.2:80 0");
    assertThat(answer.ttl()).isEqualTo(Duration.ofSeconds(5));
    assertThat(first.asked)
        .containsExactly("udp A db.example", "udp A a.example", "udp A b.example");

    first.knows("db.example 50 CNAME a.example", "a.example 50 CNAME db.example");
    assertThat(fail(source("type = a, port = 80, retries = 0")).kind()).isEqualTo(Kind.OTHER);
  }

  @Test
  void aliasesInACircleAreNoAnswer() throws Exception {
    first.knows("db.example 5 CNAME a.example", "a.example 5 CNAME db.example");

    NameFailure failure = fail(source("type = a, port = 80, retries = 0"));

    assertThat(failure).hasMessage("db.example. is an alias without an end, says " + shown(first));
  }

  @Test
  void servicesWithTheirWeightsPrioritiesAndPorts() throws Exception {
    first.knows(
        "db.example 60 SRV 20 5 7001 spare.example",
        "db.example 60 SRV 10 70 7002 b.example",
        "db.example 60 SRV 10 0 7003 a.example",
        "a.example 300 A 10.0.0.1",
        "b.example 20 A 10.0.0.3",
        "b.example 20 A 10.0.0.2",
        "spare.example 300 AAAA 2001:db8::1");

    Answer answer = ask(source("type = srv"));

    assertThat(texts(answer))
        .containsExactly(
            "10.0.0.1:7003 1",
            "10.0.0.2:7002 70",
            "10.0.0.3:7002 70",
            "[2001:db8::1]:7001 5 standby");
    assertThat(answer.ttl()).isEqualTo(Duration.ofSeconds(20));
    assertThat(answer.more()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 1",
    "0, 256, 1",
    "1, 256, 1",
    "256, 256, 256",
    "65535, 65535, 256",
    "32768, 65535, 128",
    "0, 65535, 1",
    "255, 65535, 1",
    "100, 1000, 25"
  })
  void weightsAreAsToldOrInProportion(int told, int heaviest, int weight) {
    assertThat(DnsSource.weight(told, heaviest)).isEqualTo(weight);
  }

  @Test
  void targetWithoutAddressIsLeftOutButOneThatIsNotToldIsNot() throws Exception {
    first.knows(
        "db.example 60 SRV 10 1 7001 a.example",
        "db.example 60 SRV 10 1 7002 gone.example",
        "a.example 300 A 10.0.0.1");
    assertThat(texts(ask(source("type = srv")))).containsExactly("10.0.0.1:7001 1");

    first.silentType = Type.AAAA;
    assertThat(fail(source("type = srv, retries = 0, timeout = 200ms")).kind())
        .isEqualTo(Kind.TIMEOUT);
  }

  @Test
  void serviceThatIsDecidedlyNotThere() throws Exception {
    first.knows("db.example 60 SRV 0 0 0 .");

    NameFailure failure = fail(source("type = srv"));

    assertThat(failure.kind()).isEqualTo(Kind.NX);
    assertThat(failure)
        .hasMessage("db.example. has no target with an address, says " + shown(first));
  }

  @Test
  void noMoreTargetsAreLookedUpThanThereAreSlots() throws Exception {
    List<String> lines = new ArrayList<>();
    IntStream.range(0, 9)
        .forEach(
            i -> {
              lines.add("db.example 60 SRV 10 1 700" + i + " t" + i + ".example");
              lines.add("t" + i + ".example 60 A 10.0.0." + i);
            });
    first.knows(lines.toArray(String[]::new));

    Answer answer = ask(source("type = srv"));

    assertThat(answer.endpoints()).hasSize(4);
    assertThat(answer.more()).isEqualTo(5);
    assertThat(first.asked.stream().filter(asked -> asked.contains(" A "))).hasSize(4);
  }

  @Test
  void longAnswersComeByTcp() throws Exception {
    List<String> lines = new ArrayList<>();
    IntStream.range(0, 100).forEach(i -> lines.add("db.example 60 A 10.0.0." + i));
    first.knows(lines.toArray(String[]::new));

    assertThat(ask(source("type = a, port = 80")).endpoints()).hasSize(100);
    assertThat(first.asked).containsExactly("udp A db.example", "tcp A db.example");
  }

  @Test
  void theNextIsAskedWhenOneIsSilentAndStaysTheFirstToBeAsked() throws Exception {
    first.silent = true;
    second.knows("db.example 60 A 10.0.0.2");
    DnsSource source = source("type = a, port = 80, " + PATIENT);

    assertThat(texts(ask(source))).containsExactly("10.0.0.2:80 0");
    assertThat(first.asked).hasSize(1);
    ask(source);
    assertThat(first.asked).as("it has not answered the last time").hasSize(1);
    assertThat(second.asked).hasSize(2);
  }

  @Test
  void theNextIsAskedWhenOneIsGone() throws Exception {
    first.close();
    second.knows("db.example 60 A 10.0.0.2");

    assertThat(texts(ask(source("type = a, port = 80")))).containsExactly("10.0.0.2:80 0");
  }

  @ParameterizedTest
  @CsvSource({"5, REFUSED, refuses to tell", "2, OTHER, : SERVFAIL"})
  void theNextIsAskedWhenOneFails(int rcode, Kind kind, String words) throws Exception {
    first.rcode = rcode;
    second.knows("db.example 60 A 10.0.0.2");
    assertThat(texts(ask(source("type = a, port = 80")))).containsExactly("10.0.0.2:80 0");

    second.rcode = rcode;
    NameFailure failure = fail(source("type = a, port = 80, retries = 1"));
    assertThat(failure.kind()).isEqualTo(kind);
    assertThat(failure).hasMessageContaining(shown(second)).hasMessageEndingWith(words);
  }

  @Test
  void theNextIsAskedWhenOneTalksNonsense() throws Exception {
    first.knows("db.example 60 A 10.0.0.1");
    first.talksNonsense = true;
    second.knows("db.example 60 A 10.0.0.2");
    assertThat(texts(ask(source("type = a, port = 80")))).containsExactly("10.0.0.2:80 0");

    NameFailure failure = fail(source("type = a, port = 80, retries = 0"));
    assertThat(failure.kind()).isEqualTo(Kind.OTHER);
    assertThat(failure).hasMessageStartingWith(shown(first) + " is not understood: ");
  }

  @Test
  void whoKnowsThatThereIsNoneIsBelieved() throws Exception {
    first.knows("other.example 60 A 10.0.0.2");
    second.knows("db.example 60 A 10.0.0.2");

    NameFailure failure = fail(source("type = a, port = 80"));

    assertThat(failure.kind()).isEqualTo(Kind.NX);
    assertThat(failure).hasMessage("there is no such name, says " + shown(first));
    assertThat(second.asked).isEmpty();
  }

  @Test
  void eachHasItsTurnHoweverFewTheAttemptsAre() throws Exception {
    first.silent = true;
    second.knows("db.example 60 A 10.0.0.2");
    DnsSource source = source("type = a, port = 80, retries = 0, " + PATIENT);

    assertThat(fail(source)).hasMessage(shown(first) + " does not answer");
    assertThat(texts(ask(source))).containsExactly("10.0.0.2:80 0");
  }

  @Test
  void theLibrarysThreadEndsWithTheLastUserAndBeginsAgain() throws Exception {
    first.knows("db.example 60 A 10.0.0.2");
    ask(source("type = a, port = 80"));
    assertThat(threads()).contains("sluice-discovery", "dnsjava NIO selector");

    DiscoveryThread other = new DiscoveryThread();
    other.close();
    other.close(); // Which counts once.
    assertThat(threads()).contains("dnsjava NIO selector");
    thread.close();
    assertThat(threads()).doesNotContain("sluice-discovery", "dnsjava NIO selector");

    thread = new DiscoveryThread();
    assertThat(texts(ask(source("type = a, port = 80")))).containsExactly("10.0.0.2:80 0");
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).toList();
  }
}
