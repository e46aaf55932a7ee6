package io.sluice.app.e2e;

import io.sluice.linux.LinuxSyscalls;
import io.sluice.linux.Pipe;
import io.sluice.linux.Syscalls;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A process that takes all pipes that its user may have, says so, and keeps them to its end. */
public final class PipeHog {
  private static final int LARGE_BYTES = 1 << 20;
  private static final int SMALL_BYTES = 1 << 16;

  private PipeHog() {}

  /** Runs until it is ended. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Syscalls sys = LinuxSyscalls.open();
    List<Pipe> pipes = new ArrayList<>();
    for (int bytes = LARGE_BYTES; bytes >= SMALL_BYTES; bytes /= 2) {
      Pipe pipe = Pipe.create(sys, bytes);
      while (pipe.isOpen() && pipe.capacityBytes() == bytes) {
        pipes.add(pipe);
        pipe = Pipe.create(sys, bytes);
      }
      pipe.close();
    }
    System.out.println("full after " + pipes.size());
    new CountDownLatch(1).await();
  }
}
