package io.sluice.backend.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.SockAddr;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each algorithm gives servers the share that it promises, by chi-square. */
class DistributionTest {
  private static final int CHOICES = 200_000;
  private static final int[] WEIGHTS = {1, 2, 5, 10, 100, 256, 3};
  private static final double[] SHARES = Arrays.stream(WEIGHTS).asDoubleStream().toArray();

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  @BeforeEach
  void printSeed() {
    System.out.println("seed " + seed);
  }

  private SockAddr randomClient() throws Exception {
    byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
    random.nextBytes(bytes);
    return SockAddr.inet(InetAddress.getByAddress(bytes), random.nextInt(65536));
  }

  /** Counts of choices for as many clients. */
  private long[] counts(Balancing balancing, List<FixedServer> servers) throws Exception {
    Balancer balancer = balancing.over(servers);
    long[] counts = new long[servers.size()];
    for (int i = 0; i < CHOICES; i++) {
      counts[balancer.choose(balancing.key(randomClient(), null), Balancer.NONE)]++;
    }
    return counts;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "balance = roundrobin",
        "balance = random",
        "balance = source",
        "balance = hash",
      })
  void idleServersGetSessionsByWeight(String settings) throws Exception {
    Balancing balancing = FixedServer.balancing(settings, 256);

    long[] counts = counts(balancing, FixedServer.ofWeights(WEIGHTS));

    ChiSquare.expect(settings + ", seed " + seed, counts, SHARES);
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 10, 100})
  void equalServersGetAlike(int servers) throws Exception {
    for (String balance : List.of("roundrobin", "leastconn", "random", "source")) {
      Balancing balancing = FixedServer.balancing("balance = " + balance, 1);

      long[] counts = counts(balancing, FixedServer.ofWeights(FixedServer.equal(servers)));

      double[] shares = new double[servers];
      Arrays.fill(shares, 1);
      ChiSquare.expect(balance + ", seed " + seed, counts, shares);
    }
  }

  /** Sessions that stay: the share of each server is its weight's, to one session. */
  @Test
  void leastConnectionsFillsByWeight() throws Exception {
    List<FixedServer> servers = FixedServer.ofWeights(WEIGHTS);
    Balancer balancer = FixedServer.balancing("balance = leastconn", 256).over(servers);
    int sum = Arrays.stream(WEIGHTS).sum();
    for (int i = 0; i < 100 * sum; i++) {
      servers.get(balancer.choose(0, Balancer.NONE)).sessions++;
    }

    long[] counts = servers.stream().mapToLong(FixedServer::sessions).toArray();
    ChiSquare.expect("leastconn", counts, SHARES);
    for (int i = 0; i < WEIGHTS.length; i++) {
      assertThat(counts[i]).isBetween(99L * WEIGHTS[i] - 2, 101L * WEIGHTS[i] + 2);
    }
  }

  /** A ring's shares are not the weights, but what its arcs are: keys must go by these. */
  @Test
  void theRingGetsKeysByItsArcs() throws Exception {
    List<FixedServer> servers = FixedServer.ofWeights(WEIGHTS);
    Balancing balancing = FixedServer.balancing("balance = source, hash.method = consistent", 256);
    Balancer balancer = balancing.over(servers);
    double[] arcs = new double[WEIGHTS.length];
    for (long i = 0; i < 1 << 20; i++) {
      arcs[balancer.choose(i << 44, Balancer.NONE)]++;
    }

    ChiSquare.expect("ring, seed " + seed, counts(balancing, servers), arcs);
    double sum = Arrays.stream(SHARES).sum();
    for (int i = 0; i < WEIGHTS.length; i++) {
      if (WEIGHTS[i] >= 100) {
        assertThat(arcs[i] / (1 << 20)).isBetween(0.9 * SHARES[i] / sum, 1.1 * SHARES[i] / sum);
      }
    }
  }

  /** Addresses as they come in real life: neighbours, one subnet after the other. */
  @Test
  void neighbouringClientsAreSpread() throws Exception {
    for (String method : List.of("maglev", "consistent")) {
      Balancing balancing = FixedServer.balancing("balance = source, hash.method = " + method, 1);
      Balancer balancer = balancing.over(FixedServer.ofWeights(FixedServer.equal(8)));
      double[] arcs = new double[8];
      for (long i = 0; i < 1 << 20; i++) {
        arcs[balancer.choose(i << 44, Balancer.NONE)]++;
      }
      long[] counts = new long[8];
      for (int i = 0; i < 65536; i++) {
        byte[] host = {10, 1, (byte) (i >>> 8), (byte) i};
        SockAddr client = SockAddr.inet(InetAddress.getByAddress(host), 1234);
        counts[balancer.choose(balancing.key(client, null), Balancer.NONE)]++;
      }

      ChiSquare.expect(method, counts, arcs);
    }
  }

  @Test
  void serverNamesAreSpread() throws Exception {
    Balancing balancing = FixedServer.balancing("balance = hash, hash.key = server-name", 1);
    Balancer balancer = balancing.over(FixedServer.ofWeights(FixedServer.equal(5)));
    long[] counts = new long[5];
    for (int i = 0; i < CHOICES; i++) {
      long key = balancing.key(SockAddr.UNNAMED, "host" + i + ".example.org");
      counts[balancer.choose(key, Balancer.NONE)]++;
    }

    ChiSquare.expect("names", counts, 1, 1, 1, 1, 1);
  }

  @Test
  void unixClientsAreSpread() throws Exception {
    Balancing balancing = FixedServer.balancing("balance = source", 1);
    Balancer balancer = balancing.over(FixedServer.ofWeights(FixedServer.equal(5)));
    long[] counts = new long[5];
    for (int i = 0; i < CHOICES; i++) {
      counts[balancer.choose(balancing.key(SockAddr.UNNAMED, null), Balancer.NONE)]++;
    }

    ChiSquare.expect("unix", counts, 1, 1, 1, 1, 1);
  }

  @Test
  void oneClientIsOneHoweverItIsWritten() throws Exception {
    Balancing balancing = FixedServer.balancing("balance = source", 1);
    byte[] mapped = new byte[16];
    mapped[10] = (byte) 0xFF;
    mapped[11] = (byte) 0xFF;
    byte[] plain = {(byte) 203, 0, 113, 9};
    System.arraycopy(plain, 0, mapped, 12, 4);

    long key = balancing.key(SockAddr.inet(InetAddress.getByAddress(plain), 1), null);

    assertThat(balancing.key(SockAddr.inet(InetAddress.getByAddress(plain), 65535), null))
        .isEqualTo(key);
    assertThat(balancing.key(SockAddr.inet(Inet6Address.getByAddress(null, mapped, -1), 7), null))
        .isEqualTo(key);
  }

  @Test
  void namesMeanTheSameInUpperAndLowerCaseAndGoBeforeTheAddress() throws Exception {
    Balancing balancing = FixedServer.balancing("balance = hash, hash.key = server-name", 1);
    SockAddr one = SockAddr.inet(InetAddress.getByAddress(new byte[] {10, 0, 0, 1}), 1);
    SockAddr two = SockAddr.inet(InetAddress.getByAddress(new byte[] {10, 0, 0, 2}), 1);

    assertThat(balancing.key(one, "A.Example.org")).isEqualTo(balancing.key(two, "a.example.ORG"));
    assertThat(balancing.key(one, "a.example")).isNotEqualTo(balancing.key(one, "b.example"));
    assertThat(balancing.key(one, null)).isNotEqualTo(balancing.key(two, null));
  }

  /** Threads that choose at the same time get, together, what one would have got. */
  @ParameterizedTest
  @ValueSource(strings = {"roundrobin", "leastconn", "random", "source"})
  void threadsThatChooseTogetherKeepTheShares(String balance) throws Exception {
    int threads = 4;
    int each = 60_000;
    Balancing balancing = FixedServer.balancing("balance = " + balance, 1);
    Balancer balancer = balancing.over(FixedServer.ofWeights(FixedServer.equal(6)));
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    List<Future<long[]>> parts = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      long start = Hash64.mix(seed + t);
      Callable<long[]> part =
          () -> {
            long[] counts = new long[6];
            for (long i = 0; i < each; i++) {
              counts[balancer.choose(Hash64.mix(start + i), Balancer.NONE)]++;
            }
            return counts;
          };
      parts.add(pool.submit(part));
    }
    long[] counts = new long[6];
    for (Future<long[]> part : parts) {
      long[] own = part.get(30, TimeUnit.SECONDS);
      Arrays.setAll(counts, i -> counts[i] + own[i]);
    }
    pool.shutdown();

    ChiSquare.expect(balance + ", seed " + seed, counts, 1, 1, 1, 1, 1, 1);
    if (balance.equals("roundrobin") || balance.equals("leastconn")) {
      assertThat(counts).as("in turn, whoever asks").containsOnly(threads * each / 6);
    }
  }

  @Test
  void theTestItselfFindsWhatIsUneven() {
    assertThat(ChiSquare.statistic(new long[] {1050, 950, 1000}, new double[] {1, 1, 1}))
        .isEqualTo(5.0);
    assertThat(ChiSquare.limit(7)).isBetween(38.0, 43.0);
    assertThat(ChiSquare.statistic(new long[] {10300, 9700}, new double[] {1, 1}))
        .isLessThan(ChiSquare.limit(2));
    assertThat(ChiSquare.statistic(new long[] {10400, 9600}, new double[] {1, 1}))
        .isGreaterThan(ChiSquare.limit(2));
  }
}
