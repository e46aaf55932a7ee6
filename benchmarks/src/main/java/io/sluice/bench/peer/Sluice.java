package io.sluice.bench.peer;

import io.sluice.bench.proc.Commands;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Sluice as shipped, logging included, through {@code sluice forward}, which execs: the process
 * that is started is the one that is measured.
 */
record Sluice(String name, String program, List<String> mode, String threads) implements Contender {

  @Override
  public String description() {
    return "sluice forward " + String.join(" ", mode) + " --threads " + threads;
  }

  @Override
  public Optional<String> missing() {
    return Commands.find(program).isPresent()
        ? Optional.empty()
        : Optional.of("no " + program + "; build it with mvn package, or name one with --sluice");
  }

  @Override
  public boolean isSluice() {
    return true;
  }

  /** In the mode that is shipped. */
  @Override
  public boolean isMirrorYardstick() {
    return mode.equals(Contenders.AS_SHIPPED);
  }

  @Override
  public Running start(Place place) throws IOException {
    return Running.command(command(place), place);
  }

  /** The command line, to which more options may be added. */
  List<String> command(Place place) {
    List<String> command = new ArrayList<>();
    command.add(Commands.find(program).orElseThrow().toString());
    command.add("forward");
    command.add(place.listen());
    command.add(place.target());
    command.addAll(mode);
    command.add("--threads");
    command.add(threads);
    return command;
  }
}
