package io.sluice.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CrashTest {

  /** A program with a thread that dies while another would keep it alive for ever. */
  static final class Dying {
    private Dying() {}

    public static void main(String[] args) throws InterruptedException {
      Crash.watch();
      Thread thread =
          new Thread(
              () -> {
                if (args[0].equals("error")) {
                  throw new AssertionError("the invariant is gone");
                }
                throw new IllegalStateException("one thing went wrong");
              },
              "sluice-loop-7");
      thread.start();
      thread.join();
      System.out.println("still here");
    }
  }

  private static SluiceProcess start(String kind) throws Exception {
    return SluiceProcess.start(Map.of(), Dying.class, List.of(), kind);
  }

  @Test
  void errorIsLoggedAndEndsTheProcessWith70() throws Exception {
    try (SluiceProcess process = start("error")) {
      assertThat(process.awaitExit()).isEqualTo(70);
      process.awaitLine("ERROR thread sluice-loop-7: unexpected error, ending");
      process.awaitLine("java.lang.AssertionError: the invariant is gone");
      assertThat(process.lines()).doesNotContain("still here");
    }
  }

  @Test
  void exceptionIsLoggedAndTheProcessGoesOn() throws Exception {
    try (SluiceProcess process = start("exception")) {
      process.awaitLine("ERROR thread sluice-loop-7: unexpected error, continuing");
      process.awaitLine("still here");
      assertThat(process.awaitExit()).isZero();
    }
  }
}
