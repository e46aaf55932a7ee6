package io.sluice.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The load generator without a proxy: what it counts really went over the wire. */
class ClientsTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir private Path folder;
  private Source source;
  private List<LoadLoop> servers;
  private List<LoadLoop> clientLoops;
  private Target target;

  @BeforeEach
  void start() throws IOException {
    start(Source.Way.SEND);
  }

  @AfterEach
  void stop() throws IOException {
    target.close();
    servers.forEach(LoadLoop::close);
    clientLoops.forEach(LoadLoop::close);
    source.close();
  }

  private void start(Source.Way way) throws IOException {
    source = Source.create(folder.resolve("source.bin"), way);
    servers = List.of(new LoadLoop("server-0", source), new LoadLoop("server-1", source));
    clientLoops = List.of(new LoadLoop("client-0", source));
    target = Target.open("127.0.0.1", servers);
  }

  private Clients clients() {
    return new Clients(clientLoops, "127.0.0.1", target.port());
  }

  @Test
  void everyRoundTripIsCountedAndTimed() {
    Clients clients = clients();
    try (clients) {
      clients.record(true);
      clients.roundTrips(4, 16 << 10, 25);
      await().atMost(PATIENCE).until(() -> clients.operations() == 100);
      assertThat(target.connections()).isEqualTo(4);
    }

    assertThat(clients.failures()).isZero();
    assertThat(clients.latency().getTotalCount()).isEqualTo(100);
    await().atMost(PATIENCE).until(() -> target.connections() == 0);
  }

  @ParameterizedTest
  @EnumSource(Source.Way.class)
  void bulkDownArrivesAtTheClients(Source.Way way) throws IOException {
    stop();
    start(way);
    try (Clients clients = clients()) {
      clients.bulk(2, Direction.DOWN);
      await().atMost(PATIENCE).until(() -> clients.bulkBytes() > 20 << 20);
      assertThat(target.receivedBytes()).isZero();
      assertThat(clients.failures()).isZero();
    }
  }

  @Test
  void bulkUpArrivesAtTheTarget() {
    try (Clients clients = clients()) {
      clients.bulk(2, Direction.UP);
      await().atMost(PATIENCE).until(() -> target.receivedBytes() > 20 << 20);
      assertThat(clients.bulkBytes()).isZero();
      assertThat(clients.failures()).isZero();
    }
  }

  @Test
  void bulkBothWaysArrivesAtBothEnds() {
    try (Clients clients = clients()) {
      clients.bulk(1, Direction.BOTH);
      await()
          .atMost(PATIENCE)
          .until(() -> target.receivedBytes() > 4 << 20 && clients.bulkBytes() > 4 << 20);
    }
  }

  @ParameterizedTest
  @EnumSource(Ending.class)
  void connectionsComeAndGo(Ending ending) {
    Clients clients = clients();
    try (clients) {
      clients.connects(4, 32, ending);
      await().atMost(PATIENCE).until(() -> clients.operations() > 200);
      assertThat(target.connections()).isLessThan(200);
    }

    assertThat(clients.failures()).isZero();
    await().atMost(PATIENCE).until(() -> target.connections() == 0);
  }

  @Test
  void connectionsThatFailAreCountedAndTriedAgain() throws IOException {
    target.close();
    try (Clients clients = clients()) {
      clients.connects(1, 32, Ending.CLIENT_RESET);
      await().atMost(PATIENCE).until(() -> clients.failures() > 3);
      assertThat(clients.operations()).isZero();
    }
  }

  @Test
  void forcedEndLeavesNoConnectionBehind() {
    try (Clients clients = clients()) {
      clients.roundTrips(3, 64, 1);
      await().atMost(PATIENCE).until(() -> clients.operations() == 3);
      servers.forEach(LoadLoop::resetAll);
      assertThat(target.connections()).isZero();
    }
  }

  @Test
  void fixedRateIsKept() {
    Clients clients = clients();
    long startNs = System.nanoTime();
    try (clients) {
      clients.record(true);
      clients.roundTripsAtRate(4, 64, 2_000);
      await().atMost(PATIENCE).until(() -> clients.operations() >= 1_000);
    }
    double seconds = (System.nanoTime() - startNs) / 1e9;

    // The schedule begins a tenth of a second after the call; nothing may be sent before it is due.
    assertThat(clients.latency().getTotalCount() / seconds).isLessThanOrEqualTo(2_000);
    assertThat(clients.failures()).isZero();
  }

  @Test
  void slowReadersTakeLittle() {
    try (Clients clients = clients()) {
      long startNs = System.nanoTime();
      clients.slow(2);
      clients.bulk(1, Direction.DOWN);
      await().atMost(PATIENCE).until(() -> clients.slowBytes() > 256 << 10);
      double slowBytes = clients.slowBytes();
      double seconds = (System.nanoTime() - startNs) / 1e9; // Later: they go on reading.

      assertThat(slowBytes).isLessThan(2 * SlowTalk.BYTES_PER_SECOND * (seconds + 0.1));
      assertThat(clients.bulkBytes()).isGreaterThan(clients.slowBytes());
      assertThat(clients.bulkIsOpen()).isTrue();
      assertThat(clients.failures()).isZero();
    }
  }
}
