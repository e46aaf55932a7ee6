package io.sluice.backend.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The balances that may take any server: turns, full servers, servers to avoid. */
class FreeChoiceTest {

  private static Balancer over(String balance, List<FixedServer> servers) throws Exception {
    return FixedServer.balancing("balance = " + balance, 256).over(servers);
  }

  @ParameterizedTest
  @ValueSource(strings = {"roundrobin", "leastconn", "random", "first"})
  void fullServersAreLeftAloneAndAllFullIsNone(String balance) throws Exception {
    List<FixedServer> servers = FixedServer.ofWeights(256, 1, 1, 1);
    servers.get(0).max = 0;
    servers.get(2).max = 0;
    Balancer balancer = over(balance, servers);
    for (int i = 0; i < 500; i++) {
      assertThat(balancer.choose(0, Balancer.NONE)).isIn(1, 3);
    }

    servers.get(1).max = 0;
    servers.get(3).max = 0;
    assertThat(balancer.choose(0, Balancer.NONE)).isEqualTo(Balancer.NONE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"roundrobin", "leastconn", "random", "first"})
  void aServerIsAvoidedUnlessItIsTheOnlyOneWithRoom(String balance) throws Exception {
    List<FixedServer> servers = FixedServer.ofWeights(256, 1, 1);
    Balancer balancer = over(balance, servers);
    for (int i = 0; i < 500; i++) {
      assertThat(balancer.choose(0, 0)).isIn(1, 2);
    }

    servers.get(1).max = 0;
    servers.get(2).max = 0;
    assertThat(balancer.choose(0, 0)).isZero();
  }

  @Test
  void aNewSetOfServersDoesNotBeginAgainAtTheFirst() throws Exception {
    Balancing balancing = FixedServer.balancing("balance = roundrobin", 1);
    List<FixedServer> servers = FixedServer.ofWeights(1, 1, 1);
    int[] counts = new int[3];
    for (int i = 0; i < 300; i++) {
      counts[balancing.over(servers).choose(0, Balancer.NONE)]++;
    }

    assertThat(counts).containsOnly(100);
  }

  @Test
  void theShareOfAFullServerGoesToAllOthers() throws Exception {
    List<FixedServer> servers = FixedServer.ofWeights(1, 1, 1, 1);
    servers.get(1).max = 0;
    Balancer balancer = over("roundrobin", servers);
    int[] counts = new int[4];
    for (int i = 0; i < 3000; i++) {
      counts[balancer.choose(0, Balancer.NONE)]++;
    }

    assertThat(counts).containsExactly(1000, 0, 1000, 1000);
  }

  @Test
  void leastConnectionsTakesTheLeastLoadedForItsWeight() throws Exception {
    List<FixedServer> servers = FixedServer.ofWeights(10, 1, 5);
    Balancer balancer = over("leastconn", servers);
    servers.get(0).sessions = 21;
    servers.get(1).sessions = 2;
    servers.get(2).sessions = 9;
    assertThat(balancer.choose(0, Balancer.NONE)).isEqualTo(2); // 2.2, 3, 2 with the new one.

    servers.get(2).sessions = 10;
    servers.get(0).sessions = 20;
    assertThat(balancer.choose(0, Balancer.NONE)).isEqualTo(0); // 2.1, 3, 2.2.
    assertThat(balancer.choose(0, 0)).isEqualTo(2);
  }

  @Test
  void thoseAlikeHaveTheirTurns() throws Exception {
    List<FixedServer> servers = FixedServer.ofWeights(1, 1, 1, 1, 1);
    servers.get(0).sessions = 3;
    servers.get(3).sessions = 3;
    Balancer balancer = over("leastconn", servers);
    int[] counts = new int[5];
    for (int i = 0; i < 300; i++) {
      counts[balancer.choose(0, Balancer.NONE)]++;
    }

    assertThat(counts).containsExactly(0, 100, 100, 0, 100);
  }

  /** With two choices the fullest server is a hair above the average, with one it is not. */
  @Test
  void twoChoicesKeepTheFullestServerLow() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<FixedServer> servers = FixedServer.ofWeights(FixedServer.equal(100));
    Balancer balancer = new RandomOfTwo(random::nextLong).over(servers);
    for (int i = 0; i < 10_000; i++) {
      servers.get(balancer.choose(0, Balancer.NONE)).sessions++;
    }

    int fullest = servers.stream().mapToInt(FixedServer::sessions).max().orElseThrow();
    assertThat(fullest).as("seed %d", seed).isBetween(101, 106);
  }

  @Test
  void anAliasTableHasExactlyTheShares() {
    int[] weights = {1, 0, 7, 250, 42};
    AliasTable table = new AliasTable(weights);
    long[] counts = new long[weights.length];
    int columns = weights.length * 1000;
    for (long column = 0; column < columns; column++) {
      for (long height = 0; height < 300; height++) {
        long upper = ((column << 32) + columns - 1) / columns;
        long lower = ((height << 32) + 299) / 300;
        counts[table.draw(upper << 32 | lower)]++;
      }
    }

    assertThat(Arrays.stream(counts).sum()).isEqualTo(columns * 300L);
    for (int i = 0; i < weights.length; i++) {
      assertThat(counts[i]).isEqualTo(weights[i] * 5000L);
    }
  }
}
