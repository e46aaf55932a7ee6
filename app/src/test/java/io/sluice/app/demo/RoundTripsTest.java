package io.sluice.app.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RoundTripsTest {

  @Test
  void percentileIsTheSmallestValueThatTheShareDoesNotExceed() {
    long[] values = LongStream.rangeClosed(1, 200).toArray();

    assertThat(RoundTrips.percentile(values, 0.50)).isEqualTo(100);
    assertThat(RoundTrips.percentile(values, 0.99)).isEqualTo(198);
    assertThat(RoundTrips.percentile(new long[] {7}, 0.99)).isEqualTo(7);
  }

  @Test
  void tripsAreMeasured() throws Exception {
    try (Origin origin = Origin.open()) {
      RoundTrips.Result result = RoundTrips.run(origin.address(), 0.01);

      assertThat(result.trips()).isGreaterThanOrEqualTo(1_000);
      assertThat(result.p50Us()).isPositive();
      assertThat(result.p99Us()).isGreaterThanOrEqualTo(result.p50Us());
    }
  }
}
