package io.sluice.backend.balance;

/** What a balancer sees of a server. Thread-safe. */
public interface Candidate {

  /** All of it that a hash depends on: what every proxy knows it by that has it. */
  String hashName();

  /** Its share of new sessions, in hundredths of the unit that operators use; more than 0. */
  int weightHundredths();

  /** Sessions that it serves now. */
  int sessions();

  /** Whether it would take one more. */
  boolean hasRoom();
}
