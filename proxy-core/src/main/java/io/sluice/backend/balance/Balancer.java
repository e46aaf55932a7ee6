package io.sluice.backend.balance;

/** Chooses which server a new session tries first. Thread-safe. */
public interface Balancer {

  /** The place, in the backend's order, of the server to try; {@code servers} is at least 1. */
  int next(int servers);
}
