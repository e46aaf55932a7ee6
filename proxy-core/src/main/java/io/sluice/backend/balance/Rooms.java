package io.sluice.backend.balance;

/** The last resort of those who look for a server with room: to look at each. */
final class Rooms {
  private Rooms() {}

  /**
   * The first place with room, in a circle from {@code start} on; {@code avoid} comes after all
   * others; {@link Balancer#NONE} if all are full.
   */
  static int firstFrom(Candidate[] servers, int start, int avoid) {
    for (int i = 0; i < servers.length; i++) {
      int place = (start + i) % servers.length;
      if (place != avoid && servers[place].hasRoom()) {
        return place;
      }
    }
    return avoid != Balancer.NONE && servers[avoid].hasRoom() ? avoid : Balancer.NONE;
  }
}
