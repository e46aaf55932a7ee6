package io.sluice.bench.peer;

import io.sluice.bench.proc.Commands;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * HAProxy in TCP mode; {@code splice} and {@code pipeSize} are lines of its configuration. Source:
 * HAProxy configuration manual, sections 3.2 (tune.pipesize, maxpipes) and 4.2 (option splice-*).
 */
record Haproxy(
    String name, String program, Path template, int threads, String splice, String pipeSize)
    implements Contender {

  @Override
  public String description() {
    String version =
        Commands.find(program).map(path -> Commands.firstLine(path.toString(), "-v")).orElse("?");
    String options = (splice.replaceAll("\\s+", " ") + " " + pipeSize).strip();
    return version.replaceAll(" - http.*", "")
        + ", nbthread "
        + threads
        + (options.isEmpty() ? ", no splicing" : ", " + options);
  }

  @Override
  public Optional<String> missing() {
    return Commands.find(program).isPresent()
        ? Optional.empty()
        : Optional.of("no " + program + "; apt-get install haproxy, or name one with --haproxy");
  }

  @Override
  public boolean isSluice() {
    return false;
  }

  /** The cheapest alternative to splicing and mirroring is neither. */
  @Override
  public boolean isMirrorYardstick() {
    return splice.isEmpty();
  }

  @Override
  public Running start(Place place) throws IOException {
    Map<String, String> values =
        Map.of(
            "THREADS", Integer.toString(threads),
            "LISTEN", place.listen(),
            "TARGET", place.target(),
            "SPLICE", splice,
            "PIPESIZE", pipeSize);
    Path config = Commands.fill(template, values, place.work().resolve("haproxy.cfg"));
    String path = Commands.find(program).orElseThrow().toString();
    return Running.command(List.of(path, "-db", "-q", "-f", config.toString()), place);
  }
}
