package io.sluice.bench.methods;

import io.sluice.bench.methods.MethodTable.Sample;
import io.sluice.bench.proc.ProcText;
import io.sluice.linux.LinuxSyscalls;
import io.sluice.linux.Syscalls;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/** Measures every {@link Way} from every {@link Origin}, interleaved like the contenders. */
public final class Methods {

  /** A transfer may be larger: the file is then read several times. */
  private static final int FILE_BYTES = 64 << 20;

  private static final List<Long> SIZES =
      List.of(4L << 10, 16L << 10, 64L << 10, 1L << 20, 1L << 30);

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final Path STATUS = Path.of("/proc/thread-self/status");

  private final Syscalls syscalls;
  private final int rounds;
  private final Duration window;
  private final Consumer<String> progress;

  private Methods(Syscalls syscalls, int rounds, Duration window, Consumer<String> progress) {
    this.syscalls = syscalls;
    this.rounds = rounds;
    this.window = window;
    this.progress = progress;
  }

  /**
   * Runs on the calling thread, which is the one that is measured.
   *
   * @param work a folder for the file to send, on a file system with a page cache
   * @param window how long each way is measured in a round, at least; a transfer is never cut short
   */
  public static MethodTable measure(
      Path work, int rounds, Duration window, Consumer<String> progress) throws IOException {
    Path file = Files.createDirectories(work).resolve("methods.bin");
    try {
      write(file);
      MethodTable table = new MethodTable();
      Methods methods = new Methods(LinuxSyscalls.open(), rounds, window, progress);
      for (Origin origin : Origin.values()) {
        try (Bed bed = new Bed(methods.syscalls, origin, file, FILE_BYTES)) {
          methods.measure(origin, bed, table);
        }
      }
      return table;
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private void measure(Origin origin, Bed bed, MethodTable table) throws IOException {
    Map<Way, Mover> movers = new EnumMap<>(Way.class);
    try {
      for (Way way : Way.from(origin)) {
        movers.put(way, way.open(syscalls));
      }
      for (long size : SIZES) {
        for (Mover mover : movers.values()) {
          // Compiles, and brings sockets and caches up.
          sample(bed, mover, Math.min(size, 1 << 20), window.toNanos() / 2);
        }
        for (int round = 1; round <= rounds; round++) {
          for (Map.Entry<Way, Mover> entry : movers.entrySet()) {
            Sample sample = sample(bed, entry.getValue(), size, window.toNanos());
            table.add(origin, size, entry.getKey(), sample);
          }
        }
        progress.accept("methods: " + origin.title() + ", " + Crossover.bytes(size));
      }
    } finally {
      movers.values().forEach(Mover::close);
    }
  }

  private static Sample sample(Bed bed, Mover mover, long size, long atLeastNs) throws IOException {
    bed.rewind();
    long bytes = 0;
    long calls = 0;
    long switches = ProcText.contextSwitches(Files.readAllLines(STATUS));
    long cpuNs = THREADS.getCurrentThreadCpuTime();
    long startNs = System.nanoTime();
    long wallNs;
    do {
      calls += bed.transfer(mover, size);
      bytes += size;
      wallNs = System.nanoTime() - startNs;
    } while (wallNs < atLeastNs);
    cpuNs = THREADS.getCurrentThreadCpuTime() - cpuNs;
    switches = ProcText.contextSwitches(Files.readAllLines(STATUS)) - switches;
    return new Sample(bytes, wallNs, cpuNs, calls, switches);
  }

  private static void write(Path file) throws IOException {
    byte[] block = new byte[1 << 20];
    new Random(1).nextBytes(block);
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      for (int written = 0; written < FILE_BYTES; written += block.length) {
        ByteBuffer buffer = ByteBuffer.wrap(block);
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
      }
    }
  }
}
