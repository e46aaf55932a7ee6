package io.sluice.app.replay;

import io.sluice.linux.SockAddr;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Recordings in a folder, and how tests replay them. */
record ReplayScene(Path folder) {
  /** Longer than anything takes. */
  static final Duration LONG = Duration.ofSeconds(20);

  /** For what is meant to time out. */
  static final Duration SHORT = Duration.ofSeconds(1);

  static Target target(String transport, SockAddr address) throws IOException {
    return transport.equals("epoll") ? Target.epoll(address) : Target.nio(address);
  }

  static Rules rules(boolean compare, boolean causal, Duration timeout) {
    return new Rules(Speed.MAX, compare, causal, timeout.toNanos());
  }

  static CaptureWriter.Dialog open(CaptureWriter writer) {
    return writer.open("10.0.0.1", 40_000, "10.0.0.2", 80);
  }

  static void await(CyclicBarrier barrier) {
    try {
      barrier.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text, StandardCharsets.ISO_8859_1);
  }

  Path capture(CaptureWriter writer) throws IOException {
    return writer.writeTo(folder.resolve("wire.pcapng"));
  }

  ReplayResult replay(String transport, ScriptedServer server, Rules rules, Path... files)
      throws IOException, InterruptedException {
    CaptureIndex index = Recorded.index(files);
    return new ReplayRun(index, target(transport, server.address()), rules, 1, 1).run();
  }
}
