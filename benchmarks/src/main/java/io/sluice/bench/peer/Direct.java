package io.sluice.bench.peer;

import java.util.Optional;

/** No proxy at all: what client, server and kernel can do, the ceiling of every other figure. */
final class Direct implements Contender {

  @Override
  public String name() {
    return "direct";
  }

  @Override
  public String description() {
    return "no proxy";
  }

  @Override
  public Optional<String> missing() {
    return Optional.empty();
  }

  @Override
  public boolean hasProcess() {
    return false;
  }

  @Override
  public boolean isSluice() {
    return false;
  }

  @Override
  public Running start(Place place) {
    return Running.withoutProcess(place.targetHost(), place.targetPort());
  }
}
