package io.sluice.bench.proc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class JavaHeapTest {

  private static final int HELD_BYTES = 8 << 20;

  private final List<byte[]> held = new ArrayList<>();

  @Test
  void totalIsTheLastLineOfTheHistogram() {
    String histogram =
        """
        4242:
         num     #instances         #bytes  class name (module)
        -------------------------------------------------------
           1:          1234          56789  [B (java.base@17)
        Total         40000        2345678
        """;

    assertThat(JavaHeap.total(histogram)).contains(2_345_678L);
    assertThat(JavaHeap.total("4242:\nUnable to open socket file")).isEmpty();
  }

  @Test
  void whatIsHeldCountsAndGarbageDoesNot() {
    assumeThat(Commands.find(Path.of(System.getProperty("java.home"), "bin/jcmd").toString()))
        .as("jcmd is there")
        .isPresent();
    long self = ProcessHandle.current().pid();

    long before = JavaHeap.liveBytes(self).orElseThrow();
    held.add(new byte[HELD_BYTES]);
    long with = JavaHeap.liveBytes(self).orElseThrow();
    held.clear();
    long after = JavaHeap.liveBytes(self).orElseThrow();

    assertThat(JavaHeap.isJava(self)).isTrue();
    assertThat(with - before).isBetween(HELD_BYTES / 2L, HELD_BYTES * 2L);
    assertThat(after).isLessThan(with - HELD_BYTES / 2);
  }

  @Test
  void otherProgramsAreNoJvm() throws Exception {
    Process process = new ProcessBuilder("cat").start();
    try {
      assertThat(JavaHeap.isJava(process.pid())).isFalse();
    } finally {
      process.destroy();
      process.waitFor();
    }
    assertThat(JavaHeap.isJava(process.pid())).isFalse();
  }
}
