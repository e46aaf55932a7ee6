package io.sluice.bench.peer;

import io.sluice.bench.proc.Commands;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * systemd-socket-proxyd(8), which splices through pipes in one thread. systemd-socket-activate(1)
 * listens for it and becomes it at the first connection, so the process id stays.
 */
record SocketProxyd(String name) implements Contender {

  private static final String ACTIVATE = "systemd-socket-activate";
  private static final List<String> PLACES =
      List.of("/lib/systemd/systemd-socket-proxyd", "/usr/lib/systemd/systemd-socket-proxyd");

  @Override
  public String description() {
    return proxyd().map(path -> Commands.firstLine(path.toString(), "--version")).orElse("?")
        + ", one thread";
  }

  @Override
  public Optional<String> missing() {
    return proxyd().isPresent() && Commands.find(ACTIVATE).isPresent()
        ? Optional.empty()
        : Optional.of("no systemd-socket-proxyd or no " + ACTIVATE + "; apt-get install systemd");
  }

  @Override
  public boolean isSluice() {
    return false;
  }

  /** Two sockets and a pipe for each direction. */
  @Override
  public int descriptorsPerSession() {
    return 6;
  }

  @Override
  public Running start(Place place) throws IOException {
    List<String> command =
        List.of(
            Commands.find(ACTIVATE).orElseThrow().toString(),
            "--listen=" + place.listen(),
            proxyd().orElseThrow().toString(),
            "--connections-max=6000",
            place.target());
    return Running.command(command, place);
  }

  private static Optional<Path> proxyd() {
    return PLACES.stream().map(Commands::find).flatMap(Optional::stream).findFirst();
  }
}
