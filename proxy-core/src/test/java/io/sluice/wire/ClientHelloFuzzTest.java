package io.sluice.wire;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs the seeds; with {@code JAZZER_FUZZ=1} it looks for more, guided by coverage. */
class ClientHelloFuzzTest {

  static Stream<byte[]> seeds() throws Exception {
    return WireSeeds.clientHellos();
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "150s")
  void readsAnything(byte[] bytes) {
    Hellos.readAnything(bytes);
  }
}
