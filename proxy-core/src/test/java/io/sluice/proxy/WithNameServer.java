package io.sluice.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.discovery.FakeNameServer;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Each test has a name server, which outlives what asks it. */
abstract class WithNameServer {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  FakeNameServer names;

  @BeforeEach
  void openNames() throws IOException {
    names = new FakeNameServer();
  }

  @AfterEach
  void closeNames() throws Exception {
    names.close();
  }

  static void await(String what, Callable<Boolean> condition) {
    Awaitility.await(what).atMost(LIMIT).until(condition);
  }

  /** No thread is left that would. */
  static void expectNobodyAsks() {
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .doesNotContain("sluice-discovery", "dnsjava NIO selector");
  }
}
