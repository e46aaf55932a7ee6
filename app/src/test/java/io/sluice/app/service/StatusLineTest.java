package io.sluice.app.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.proxy.Snapshot;
import io.sluice.stats.Counter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatusLineTest {

  private static Snapshot moved(long toServer, long toClient) {
    return new Snapshot(
        Map.of(Counter.BYTES_TO_SERVER, toServer, Counter.BYTES_TO_CLIENT, toClient),
        Map.of(),
        Map.of(),
        Map.of(),
        Map.of(),
        List.of());
  }

  @Test
  void ratesAreThoseSinceTheLineBefore() {
    StatusLine line = new StatusLine("epoll, copy, 1 thread", 0);

    assertThat(line.text("1 session", moved(0, 2_000_500), 2_000_000_000L))
        .isEqualTo("1 session, 0 B/s to servers, 1.0 MB/s to clients (epoll, copy, 1 thread)");
    assertThat(line.text("7 sessions", moved(900, 2_000_500), 5_000_000_000L))
        .isEqualTo("7 sessions, 300 B/s to servers, 0 B/s to clients (epoll, copy, 1 thread)");
  }

  @Test
  void sessionsAndServersAreCounted() {
    assertThat(StatusLine.present(0, 1, 1)).isEqualTo("0 sessions, 1 of 1 server up");
    assertThat(StatusLine.present(1, 0, 3)).isEqualTo("1 session, 0 of 3 servers up");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 B/s",
    "999.4, 999 B/s",
    "999.6, 1.0 kB/s",
    "9940, 9.9 kB/s",
    "9960, 10 kB/s",
    "999600, 1.0 MB/s",
    "12345678901, 12 GB/s",
    "5e18, 5000000 TB/s"
  })
  void rateHasAUnitThatKeepsItShort(double bytesPerSecond, String text) {
    assertThat(StatusLine.rate(bytesPerSecond)).isEqualTo(text);
  }
}
