package io.sluice.discovery;

/** A place for one server, which the answers fill and empty. */
public interface Slot {

  /** Sends new sessions to this endpoint from now on; established ones stay where they are. */
  void fill(Endpoint endpoint, String why);

  /** Sends no new sessions there; established ones go on. */
  void empty(String why);
}
