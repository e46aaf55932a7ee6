package io.sluice.backend;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.sluice.linux.SockAddr;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** To choose a server and to take a slot of it allocates nothing. */
class ChoiceAllocationTest {
  private static final int CHOICES = 20_000;
  private static final int WINDOWS = 30;
  private static final double BYTES_PER_CHOICE_MAX = 0.1;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "balance = roundrobin",
        "balance = leastconn",
        "balance = random",
        "balance = first",
        "balance = source",
        "balance = hash, hash.key = server-name",
        "balance = source, hash.method = consistent",
        "balance = source, hash { method = consistent, balance-factor = 125% }",
      })
  void choosingAllocatesNothing(String settings) throws Exception {
    Backend backend =
        Scene.backend(settings, "max-connections = 9", "weight = 20", "weight = 3", "weight = 5");
    SockAddr[] clients = new SockAddr[64];
    for (int i = 0; i < clients.length; i++) {
      clients[i] = Scene.client(i);
    }
    double best = Double.MAX_VALUE;
    for (int window = 0; window < WINDOWS; window++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < CHOICES; i++) {
        SockAddr client = clients[i & 63];
        Server avoid = (i & 7) == 0 ? backend.servers().get(0) : null;
        backend.assign(null, client, "www.example.org", avoid).server().leave();
      }
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      best = Math.min(best, (double) allocated / CHOICES);
    }
    System.out.printf("%s: %.3f bytes per choice%n", settings, best);

    assertThat(best).isLessThan(BYTES_PER_CHOICE_MAX);
  }
}
