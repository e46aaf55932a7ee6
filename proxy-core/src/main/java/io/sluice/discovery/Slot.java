package io.sluice.discovery;

/** A place for one server, which answers fill and empty. */
interface Slot {

  /** What fills it now, or null. */
  Endpoint held();

  /** Sends new sessions to this endpoint from now on; established ones stay where they are. */
  void fill(Endpoint endpoint);

  /** Sends no new sessions there; established ones go on. */
  void empty(String why);
}
