package io.sluice.backend.balance;

/** What a balancer sees of a server. Thread-safe. */
public interface Candidate {

  /** Its name in the configuration, which is all of it that a hash depends on. */
  String name();

  /** Its share of new sessions, in hundredths of the unit that operators use; more than 0. */
  int weightHundredths();

  /** Sessions that it serves now. */
  int sessions();

  /** Whether it would take one more. */
  boolean hasRoom();
}
