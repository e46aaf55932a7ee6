package io.sluice.bench.peer;

import io.sluice.bench.proc.Commands;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The minimal loop in C, src/main/c/splice_loop.c, which the launcher builds where there is a
 * compiler: what splicing costs without a proxy's features and without a JVM.
 */
record SpliceLoop(String name, Path program, int threads, int pipeBytes) implements Contender {

  @Override
  public String description() {
    return "minimal splice loop in C, cc -O2, threads " + threads + ", pipe " + pipeBytes;
  }

  @Override
  public Optional<String> missing() {
    return Commands.find(program.toString()).isPresent()
        ? Optional.empty()
        : Optional.of("not built, because there is no C compiler; apt-get install gcc libc6-dev");
  }

  @Override
  public boolean isSluice() {
    return false;
  }

  @Override
  public Running start(Place place) throws IOException {
    return Running.command(
        List.of(
            program.toString(),
            place.listenHost(),
            Integer.toString(place.listenPort()),
            place.targetHost(),
            Integer.toString(place.targetPort()),
            Integer.toString(threads),
            Integer.toString(pipeBytes)),
        place);
  }
}
