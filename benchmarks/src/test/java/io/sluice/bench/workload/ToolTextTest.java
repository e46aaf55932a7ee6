package io.sluice.bench.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class ToolTextTest {

  @Test
  void iperf3IsReadAtTheReceiver() throws IOException {
    String json =
        """
        {"end": {"sum_sent": {"bytes": 1, "bits_per_second": 2},
          "sum_received": {
            "start": 0, "bytes": 2000000000, "bits_per_second": 1.6e+10, "sender": false}}}
        """;

    assertThat(ToolText.iperf3(json)).isEqualTo(new ToolText.Bulk(2, 2));
  }

  @Test
  void wrkLatenciesHaveUnits() throws IOException {
    String text =
        """
          Latency Distribution
             50%  532.00us
             75%    0.99ms
             90%    1.20ms
             99%    2.50ms
          43210 requests in 1.10s, 5.00MB read
        Requests/sec:  39281.82
        """;

    assertThat(ToolText.wrk(text)).isEqualTo(new ToolText.Trips(43210, 39281.82, 532, 2500));
  }

  @Test
  void redisColumnsAreFoundByName() throws IOException {
    String csv =
        """
        "test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms","p95_latency_ms",\
        "p99_latency_ms","max_latency_ms"
        "GET","50000.00","0.5","0.1","0.25","0.75","1.5","3.0"
        """;

    assertThat(ToolText.redis(csv, 2)).isEqualTo(new ToolText.Trips(100_000, 50_000, 250, 1500));
  }

  @Test
  void otherTextIsAnError() {
    assertThatThrownBy(() -> ToolText.wrk("unable to connect"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("unable to connect");
    assertThatThrownBy(() -> ToolText.redis("", 1)).isInstanceOf(IOException.class);
  }
}
