package io.sluice.discovery;

import java.util.ArrayList;
import java.util.List;

/** A slot that writes down what happens to it. */
final class Place implements Slot {
  final List<String> history = new ArrayList<>();
  Endpoint endpoint;

  @Override
  public Endpoint held() {
    return endpoint;
  }

  @Override
  public void fill(Endpoint found) {
    endpoint = found;
    history.add("fill " + found.address().port());
  }

  @Override
  public void empty(String why) {
    endpoint = null;
    history.add("empty: " + why);
  }

  /** The port of what fills it, 0 for nothing. */
  int port() {
    return endpoint == null ? 0 : endpoint.address().port();
  }

  static List<Place> places(int count) {
    List<Place> places = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      places.add(new Place());
    }
    return places;
  }
}
