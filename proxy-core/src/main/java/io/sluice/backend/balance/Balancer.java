package io.sluice.backend.balance;

/**
 * A choice among the servers that are usable at one moment. Immutable but for its turns;
 * thread-safe, lock-free, and without allocation.
 */
public interface Balancer {
  /** No place. */
  int NONE = -1;

  /**
   * The place of the chosen server in the list that the balancer was made over, which is not empty.
   *
   * @param key what {@link Balancing#key} makes of the client
   * @param avoid the place of a server to be taken only if there is no other, or {@link #NONE}
   * @return {@link #NONE} when all are full; never of a balance that {@link Balancing#isBinding}
   */
  int choose(long key, int avoid);
}
