package io.sluice.bench.site;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Processes that do nothing but compute, as other programs of the machine would. Sleepers have to
 * get a core from them.
 *
 * <p>None outlives the run: each ends when its standard input does.
 */
public final class BusyNeighbours implements Closeable {
  /** The loop is a process of its own, because the shell that computes could not read. */
  private static final String COMPUTE = "while :; do :; done & busy=$!; cat >/dev/null; kill $busy";

  private final List<Process> shells = new ArrayList<>();

  private BusyNeighbours() {}

  /** So many, from now to {@link #close}. */
  public static BusyNeighbours start(int count) throws IOException {
    BusyNeighbours neighbours = new BusyNeighbours();
    try {
      while (neighbours.shells.size() < count) {
        neighbours.shells.add(
            new ProcessBuilder("sh", "-c", COMPUTE)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start());
      }
      return neighbours;
    } catch (IOException e) {
      neighbours.close();
      throw e;
    }
  }

  /** The shells, each of which has one that computes. */
  List<ProcessHandle> processes() {
    return shells.stream().map(Process::toHandle).toList();
  }

  /** Lets them end. */
  @Override
  public void close() throws IOException {
    for (Process shell : shells) {
      shell.getOutputStream().close();
    }
  }
}
