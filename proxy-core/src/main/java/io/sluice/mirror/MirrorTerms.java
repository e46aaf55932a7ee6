package io.sluice.mirror;

import io.sluice.config.Sampling;

/**
 * What may be changed of a mirror while it runs. A change is about sessions that begin afterwards,
 * on whichever loop; those that are mirrored stay mirrored. Thread-safe.
 */
public interface MirrorTerms {

  /** Its name in the configuration. */
  String name();

  /** Which sessions are mirrored. */
  Sampling sampling();

  /** Changes which sessions are mirrored from now on; {@link Sampling#parse} reads a text. */
  void sample(Sampling sampling);

  /** How many sessions are mirrored at a time; 0 is no limit. */
  int maxSessions();

  /**
   * Changes how many sessions are mirrored at a time, 0 being no limit. A limit below what is
   * mirrored now ends nothing: no session is added until enough have ended.
   *
   * @throws IllegalArgumentException when it is negative
   */
  void maxSessions(int limit);
}
