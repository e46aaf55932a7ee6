package io.sluice.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.config.Sampling;
import io.sluice.linux.SockAddr;
import java.net.InetAddress;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which sessions are chosen. Random choices are held to six standard deviations. */
class SamplerTest {
  private static final int MANY = 20_000;
  private static final double DEVIATIONS = 6;

  private static boolean takes(Sampler sampler, SockAddr client) {
    Sampling chosen = sampler.choose(client);
    assertThat(chosen).isIn(null, sampler.sampling());
    return chosen != null;
  }

  private static Sampler sampler(String share) {
    return new Sampler(Sampling.parse(share));
  }

  private static SockAddr client(byte[] ip, int port) throws Exception {
    return SockAddr.inet(InetAddress.getByAddress(ip), port);
  }

  private static double bound(double share, int count) {
    return DEVIATIONS * Math.sqrt(share * (1 - share) / count);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.1, 1, 10, 50, 99})
  void randomShareIsMet(double percent) throws Exception {
    Sampler sampler = sampler((percent % 1 == 0 ? "" + (int) percent : "" + percent) + "%");
    SockAddr client = client(new byte[] {127, 0, 0, 1}, 1);
    int taken = 0;
    for (int i = 0; i < MANY; i++) {
      taken += takes(sampler, client) ? 1 : 0;
    }
    double share = percent / 100;
    assertThat((double) taken / MANY).isCloseTo(share, within(bound(share, MANY)));
  }

  @Test
  void everyNthIsTaken() throws Exception {
    Sampler sampler = sampler("1/7");
    SockAddr client = client(new byte[] {127, 0, 0, 1}, 1);
    for (int i = 1; i <= 70; i++) {
      assertThat(takes(sampler, client)).isEqualTo(i % 7 == 0);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 50})
  void shareOfClientsIsMetAmongRandomAddresses(int percent) throws Exception {
    Sampler sampler = sampler(percent + "% by client");
    Random random = new Random(percent);
    for (int length : new int[] {4, 16}) {
      int taken = 0;
      for (int i = 0; i < MANY; i++) {
        byte[] ip = new byte[length];
        random.nextBytes(ip);
        ip[0] = 0x20; // Neither mapped nor special.
        taken += takes(sampler, client(ip, random.nextInt(65536))) ? 1 : 0;
      }
      double share = percent / 100.0;
      assertThat((double) taken / MANY).isCloseTo(share, within(bound(share, MANY)));
    }
  }

  @Test
  void shareOfClientsIsMetAmongNeighbours() throws Exception {
    Sampler sampler = sampler("25% by client");
    int taken = 0;
    for (int i = 0; i < 4096; i++) {
      byte[] ip = {10, 1, (byte) (i >> 8), (byte) i};
      taken += takes(sampler, client(ip, 1)) ? 1 : 0;
    }
    assertThat(taken / 4096.0).isCloseTo(0.25, within(bound(0.25, 4096)));
  }

  @Test
  void aClientIsTakenAlwaysOrNeverWhateverItsPort() throws Exception {
    Sampler one = sampler("30% by client");
    Sampler other = sampler("30% by client");
    for (int i = 0; i < 256; i++) {
      byte[] ip = {(byte) 192, 0, 2, (byte) i};
      boolean taken = takes(one, client(ip, 1000));
      assertThat(takes(one, client(ip, 2000))).isEqualTo(taken);
      assertThat(takes(other, client(ip, 3000))).isEqualTo(taken);
    }
  }

  @Test
  void aLargerShareHasTheClientsOfASmallerOne() throws Exception {
    Sampler small = sampler("10% by client");
    Sampler large = sampler("40% by client");
    for (int i = 0; i < 256; i++) {
      SockAddr client = client(new byte[] {(byte) 192, 0, 2, (byte) i}, 1);
      assertThat(!takes(small, client) || takes(large, client)).isTrue();
    }
  }

  @Test
  void ipv4InsideIpv6IsTheSameClient() throws Exception {
    Sampler sampler = sampler("50% by client");
    for (int i = 0; i < 64; i++) {
      byte[] ip = {(byte) 192, 0, 2, (byte) i};
      assertThat(takes(sampler, client(ip, 1).unmapped())).isEqualTo(takes(sampler, client(ip, 1)));
    }
  }

  @Test
  void unixClientsAreAllOne() {
    Sampler sampler = sampler("50% by client");
    boolean taken = takes(sampler, SockAddr.UNNAMED);
    assertThat(takes(sampler, SockAddr.UNNAMED)).isEqualTo(taken);
  }

  @Test
  void aChangeCountsFromTheNextSession() throws Exception {
    Sampler sampler = sampler("100%");
    SockAddr client = client(new byte[] {127, 0, 0, 1}, 1);
    assertThat(takes(sampler, client)).isTrue();
    sampler.change(Sampling.parse("0%"));
    assertThat(takes(sampler, client)).isFalse();
  }
}
