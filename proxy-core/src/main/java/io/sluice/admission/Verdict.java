package io.sluice.admission;

import io.sluice.config.AdmissionConfig.Action;

/**
 * What became of the question whether a connection is let in.
 *
 * <p>Invariant: of a verdict that admits, {@link #leave} is called once, when the connection ends
 * or is refused by a later verdict. Thread-safe.
 */
public class Verdict {

  /** Let in, and nothing has to be given back. */
  public static final Verdict ADMITTED = new Verdict(null, null);

  /** Let in without being counted: the table of sources is full of active ones. */
  public static final Verdict UNTRACKED = new Verdict(null, null);

  private final Refusal refusal;
  private final Action action;

  Verdict(Refusal refusal, Action action) {
    this.refusal = refusal;
    this.action = action;
  }

  /** Whether the connection has to go. */
  public final boolean isRefused() {
    return refusal != null;
  }

  /** Why it is refused; null if it is not. */
  public final Refusal refusal() {
    return refusal;
  }

  /** What becomes of it if it is refused; null if it is not. */
  public final Action action() {
    return action;
  }

  /** Gives back what the connection counted for; its source may have another one. */
  public void leave() {
    // Nothing was counted.
  }
}
