package io.sluice.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.ConfigReader;
import io.sluice.config.Sampling;
import io.sluice.config.SluiceConfig;
import io.sluice.linux.OpenDescriptors;
import io.sluice.mirror.DetachReason;
import io.sluice.mirror.MirrorCounter;
import io.sluice.mirror.MirrorTerms;
import io.sluice.proxy.Snapshot.MirrorState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Mirrors of a running proxy: what may be changed, and what its snapshot tells. */
@ExtendWith(OpenDescriptors.class)
class ProxyMirrorTest {
  private static final int CLIENTS = 4;
  private static final int SESSIONS_EACH = 50;
  private static final String WORDS = "sixteen letters.";

  private static Proxy start(String transport, EchoServer server, EchoServer target, String terms)
      throws Exception {
    String hocon =
        """
        sluice {
          transport = TRANSPORT, threads = 2
          frontends.web { bind = "127.0.0.1:0", backend = app, mirror = shadow }
          backends.app.servers.a = "SERVER"
          mirrors.shadow { to = "TARGET", max-lag = none, TERMS }
        }
        """
            .replace("TRANSPORT", transport)
            .replace("SERVER", server.address())
            .replace("TARGET", target.address())
            .replace("TERMS", terms);
    SluiceConfig config = ConfigReader.parse("test", hocon).config();
    return Proxy.start(config);
  }

  /** One session of {@link #WORDS} there and back. */
  private static void exchange(Proxy proxy) throws IOException {
    try (Client client = Client.of(proxy.boundAddress("web", 0))) {
      assertThat(client.ask(WORDS)).isEqualTo(WORDS);
      assertThat(client.finish()).isEmpty();
    }
  }

  private static void exchange(Proxy proxy, int sessions) {
    for (int i = 0; i < sessions; i++) {
      try {
        exchange(proxy);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** Some sessions, and more as long as not every change was made beside them; how many. */
  private static int exchangeUntil(Proxy proxy, AtomicBoolean changed) {
    int sessions = 0;
    while (sessions < SESSIONS_EACH || !changed.get()) {
      exchange(proxy, 1);
      sessions++;
    }
    return sessions;
  }

  private static MirrorState shadow(Proxy proxy) {
    return proxy.snapshot().mirrors().get("shadow");
  }

  private static long sum(Proxy proxy, MirrorCounter counter) {
    return shadow(proxy).counters().get(counter);
  }

  private static void awaitRest(Proxy proxy) {
    Awaitility.await().until(() -> proxy.sessions() == 0 && shadow(proxy).active() == 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  @DisplayName("sample and max-sessions are changed under load: whole sessions, each counted once")
  void termsAreChangedUnderLoad(String transport) throws Exception {
    try (EchoServer server = EchoServer.tcp();
        EchoServer target = EchoServer.tcp();
        Proxy proxy = start(transport, server, target, "sample = 0%")) {
      MirrorTerms terms = proxy.mirror("shadow");
      exchange(proxy, 3);
      assertThat(sum(proxy, MirrorCounter.SESSIONS)).isZero();
      assertThat(sum(proxy, MirrorCounter.NOT_SAMPLED)).isEqualTo(3);

      AtomicBoolean changed = new AtomicBoolean();
      List<CompletableFuture<Integer>> load = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        load.add(CompletableFuture.supplyAsync(() -> exchangeUntil(proxy, changed)));
      }
      CompletableFuture<Void> all = CompletableFuture.allOf(load.toArray(CompletableFuture[]::new));
      String[] samples = {"100%", "1/2", "0%", "50%", "100% by client", "50% by client"};
      for (int changes = 0; !all.isDone(); changes++) {
        terms.sample(Sampling.parse(samples[changes % samples.length]));
        terms.maxSessions(changes % 3);
        shadow(proxy);
        changed.set(changes >= samples.length);
      }
      int sessions = 3;
      for (CompletableFuture<Integer> one : load) {
        sessions += one.get(1, TimeUnit.SECONDS);
      }
      awaitRest(proxy);

      MirrorState after = shadow(proxy);
      long mirrored = after.counters().get(MirrorCounter.SESSIONS);
      assertThat(
              mirrored
                  + after.counters().get(MirrorCounter.NOT_SAMPLED)
                  + after.counters().get(MirrorCounter.OVER_LIMIT))
          .isEqualTo(sessions);
      for (DetachReason reason : DetachReason.values()) {
        assertThat(after.counters().get(MirrorCounter.of(reason))).as(reason.word()).isZero();
      }
      assertThat(after.counters().get(MirrorCounter.BYTES)).isEqualTo(mirrored * WORDS.length());

      terms.maxSessions(0);
      terms.sample(Sampling.parse("100%"));
      exchange(proxy, 10);
      awaitRest(proxy);
      assertThat(sum(proxy, MirrorCounter.SESSIONS)).isEqualTo(mirrored + 10);
    }
  }

  @Test
  @DisplayName("a lower max-sessions ends nothing, and holds for sessions that come")
  void lowerLimitEndsNothing() throws Exception {
    try (EchoServer server = EchoServer.tcp();
        EchoServer target = EchoServer.tcp();
        Proxy proxy = start("auto", server, target, "max-sessions = 2");
        Client first = Client.of(proxy.boundAddress("web", 0));
        Client second = Client.of(proxy.boundAddress("web", 0))) {
      assertThat(first.ask(WORDS) + second.ask(WORDS)).isEqualTo(WORDS + WORDS);
      assertThat(proxy.mirror("shadow").maxSessions()).isEqualTo(2);

      proxy.mirror("shadow").maxSessions(1);
      assertThat(shadow(proxy).active()).isEqualTo(2);
      exchange(proxy);
      assertThat(sum(proxy, MirrorCounter.OVER_LIMIT)).isEqualTo(1);
      assertThat(first.finish() + second.finish()).isEmpty();
      awaitRest(proxy);
      exchange(proxy);
      awaitRest(proxy);
      assertThat(sum(proxy, MirrorCounter.SESSIONS)).isEqualTo(3);
      assertThat(sum(proxy, MirrorCounter.BYTES)).isEqualTo(3L * WORDS.length());
    }
  }

  @Test
  @DisplayName("what cannot be changed to is refused, and everything stays as it was")
  void badTermsAreRefused() throws Exception {
    try (EchoServer server = EchoServer.tcp();
        EchoServer target = EchoServer.tcp();
        Proxy proxy = start("auto", server, target, "sample = 1/3, max-sessions = 7")) {
      MirrorTerms terms = proxy.mirror("shadow");
      assertThat(terms.name()).isEqualTo("shadow");

      assertThatThrownBy(() -> proxy.mirror("shade"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("no frontend uses a mirror \"shade\"; there are [shadow]");
      assertThatThrownBy(() -> terms.maxSessions(-1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("max-sessions must not be negative: -1 (0 is no limit)");
      assertThatThrownBy(() -> terms.sample(null)).isInstanceOf(NullPointerException.class);
      assertThatThrownBy(() -> terms.sample(Sampling.parse("110%")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("must be a share such as 10%, 1/100 or 10% by client");

      assertThat(terms.sampling()).hasToString("1/3");
      assertThat(terms.maxSessions()).isEqualTo(7);
    }
  }

  @ParameterizedTest(name = "{0} of 8 sessions: {1}")
  @CsvSource({"100%, 1", "1/2, 0.5", "1/4, 0.25", "0%, 0"})
  @DisplayName("coverage is the mirrored bytes by those that could have been")
  void coverage(String sample, double expected) throws Exception {
    try (EchoServer server = EchoServer.tcp();
        EchoServer target = EchoServer.tcp();
        Proxy proxy = start("auto", server, target, "direction = both, sample = " + sample)) {
      assertThat(shadow(proxy).coverage()).as("of nothing").isEqualTo(1);

      exchange(proxy, 8);
      awaitRest(proxy);

      assertThat(sum(proxy, MirrorCounter.ELIGIBLE_BYTES)).isEqualTo(2L * 8 * WORDS.length());
      assertThat(shadow(proxy).coverage()).isEqualTo(expected);
    }
  }

  @Test
  @DisplayName("coverage counts what a detached mirror has not got")
  void coverageOfADetachedMirror() throws Exception {
    try (EchoServer server = EchoServer.tcp();
        EchoServer target = EchoServer.tcp();
        Proxy proxy = start("auto", server, target, "direction = to-server")) {
      try (Client client = Client.of(proxy.boundAddress("web", 0))) {
        assertThat(client.ask(WORDS)).isEqualTo(WORDS);
        Awaitility.await().until(() -> sum(proxy, MirrorCounter.BYTES) == WORDS.length());
        target.close();
        Awaitility.await().until(() -> detachedAfterMore(proxy, client));
      }
      MirrorState state = shadow(proxy);
      long eligible = state.counters().get(MirrorCounter.ELIGIBLE_BYTES);
      long mirrored = state.counters().get(MirrorCounter.BYTES);
      assertThat(mirrored).isPositive().isLessThan(eligible);
      assertThat(state.coverage()).isEqualTo((double) mirrored / eligible).isLessThan(1);
    }
  }

  private static boolean detachedAfterMore(Proxy proxy, Client client) throws IOException {
    boolean detached = sum(proxy, MirrorCounter.DETACHED_CLOSED) == 1;
    assertThat(client.ask(WORDS)).isEqualTo(WORDS);
    return detached;
  }
}
