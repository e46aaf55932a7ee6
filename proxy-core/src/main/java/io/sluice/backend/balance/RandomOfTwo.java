package io.sluice.backend.balance;

import java.util.List;
import java.util.function.LongSupplier;

/**
 * The less loaded of two servers that are drawn by weight: Mitzenmacher, The Power of Two Choices
 * in Randomized Load Balancing, IEEE TPDS 12(10), 2001; HAProxy's {@code random(2)}. Needs no
 * agreement among loops or proxies, and does not send a herd to the one server that looks best.
 */
final class RandomOfTwo implements Balancing {
  private final LongSupplier bits;

  /**
   * Draws from {@code bits}.
   *
   * @param bits 64 random bits at each call, on any thread
   */
  RandomOfTwo(LongSupplier bits) {
    this.bits = bits;
  }

  @Override
  public Balancer over(List<? extends Candidate> candidates) {
    Candidate[] servers = candidates.toArray(new Candidate[0]);
    int[] weights = candidates.stream().mapToInt(Candidate::weightHundredths).toArray();
    AliasTable table = new AliasTable(weights);
    return (key, avoid) -> {
      int one = table.draw(bits.getAsLong());
      int two = table.draw(bits.getAsLong());
      boolean takesOne = one != avoid && servers[one].hasRoom();
      boolean takesTwo = two != avoid && servers[two].hasRoom();
      if (takesOne && takesTwo) {
        int order =
            Load.compare(
                servers[one].sessions(), weights[one], servers[two].sessions(), weights[two]);
        return order <= 0 ? one : two;
      }
      if (takesOne) {
        return one;
      }
      return takesTwo ? two : Rooms.firstFrom(servers, one, avoid);
    };
  }
}
