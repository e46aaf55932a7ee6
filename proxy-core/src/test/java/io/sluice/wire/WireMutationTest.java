package io.sluice.wire;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Good input with random mistakes, anew in each run. A failure names the seed, and {@code
 * -Dtest.jvm.flags=-Dwire.seed=N} runs the same again.
 */
class WireMutationTest {
  private static final int ROUNDS = 20_000;
  private static final int MISTAKES_MAX = 4;
  private static final int GROWTH_BYTES_MAX = 64;

  /** Bytes that mean something to one of the readers. */
  private static final byte[] MEANINGFUL = {
    0, 1, 2, 3, 4, 5, 16, 22, 0x11, 0x20, 0x21, 0x31, '\r', '\n', ' ', '.', ':', '0', '6', 127, -1
  };

  @Test
  void proxyHeadersWithMistakes() throws Exception {
    mutate(WireSeeds.proxyHeaders().toList(), Prefixes::readAnything);
  }

  @Test
  void clientHellosWithMistakes() throws Exception {
    mutate(WireSeeds.clientHellos().toList(), Hellos::readAnything);
  }

  private static void mutate(List<byte[]> seeds, Consumer<byte[]> reader) {
    long seed = Long.getLong("wire.seed", new Random().nextLong());
    System.out.println("wire.seed=" + seed);
    Random random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = seeds.get(random.nextInt(seeds.size()));
      for (int mistakes = 1 + random.nextInt(MISTAKES_MAX); mistakes > 0; mistakes--) {
        bytes = withMistake(bytes, random);
      }
      try {
        reader.accept(bytes);
      } catch (AssertionError | RuntimeException e) {
        String input = Arrays.toString(bytes);
        throw new AssertionError("wire.seed=" + seed + ", round " + round + ": " + input, e);
      }
    }
  }

  private static byte[] withMistake(byte[] bytes, Random random) {
    if (bytes.length == 0) {
      return new byte[] {(byte) random.nextInt()};
    }
    int at = random.nextInt(bytes.length);
    int length = 1 + random.nextInt(Math.min(GROWTH_BYTES_MAX, bytes.length - at));
    byte[] changed = bytes.clone();
    switch (random.nextInt(6)) {
      case 0 -> changed[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> changed[at] = MEANINGFUL[random.nextInt(MEANINGFUL.length)];
      case 2 -> changed[at] += (byte) (random.nextBoolean() ? 1 : -1);
      // Cut off, left out, said twice.
      case 3 -> changed = Arrays.copyOf(bytes, at);
      case 4 -> changed = Prefixes.join(part(bytes, 0, at), part(bytes, at + length, bytes.length));
      default ->
          changed = Prefixes.join(part(bytes, 0, at + length), part(bytes, at, bytes.length));
    }
    return changed;
  }

  private static byte[] part(byte[] bytes, int from, int to) {
    return Arrays.copyOfRange(bytes, from, to);
  }
}
