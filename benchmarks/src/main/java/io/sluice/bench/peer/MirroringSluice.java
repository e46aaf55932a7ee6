package io.sluice.bench.peer;

import io.sluice.bench.load.MirrorManner;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Sluice with a mirror of what clients send.
 *
 * @param plain the same without
 * @param manner what its mirror does
 * @param terms options of the mirror, separated by commas; may be empty
 */
record MirroringSluice(String name, Sluice plain, MirrorManner manner, String terms)
    implements Contender {

  @Override
  public String description() {
    return plain.description() + " --mirror tcp:ADDRESS" + options() + " " + manner.words();
  }

  @Override
  public Optional<String> missing() {
    return plain.missing();
  }

  @Override
  public boolean isSluice() {
    return true;
  }

  @Override
  public Optional<MirrorManner> mirror() {
    return Optional.of(manner);
  }

  @Override
  public Running start(Place place) throws IOException {
    List<String> command = new ArrayList<>(plain.command(place));
    command.add("--mirror");
    command.add("tcp:" + place.mirror() + options());
    return Running.command(command, place);
  }

  private String options() {
    return terms.isEmpty() ? "" : "," + terms;
  }
}
