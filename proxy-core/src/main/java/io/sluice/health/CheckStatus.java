package io.sluice.health;

/**
 * How a check ended: HAProxy's words and descriptions (management guide 9.1, {@code check_status}).
 */
public enum CheckStatus {
  UNK("Unknown", Outcome.NEUTRAL),
  INI("Initializing", Outcome.NEUTRAL),
  CHECKED("No status change", Outcome.NEUTRAL),
  HANA("Health analyze", Outcome.FAILED),
  SOCKERR("Socket error", Outcome.FAILED),
  L4OK("Layer4 check passed", Outcome.PASSED),
  L4TOUT("Layer4 timeout", Outcome.FAILED),
  L4CON("Layer4 connection problem", Outcome.FAILED),
  L6OK("Layer6 check passed", Outcome.PASSED),
  L6TOUT("Layer6 timeout", Outcome.FAILED),
  L6RSP("Layer6 invalid response", Outcome.FAILED),
  L7TOUT("Layer7 timeout", Outcome.FAILED),
  L7RSP("Layer7 invalid response", Outcome.FAILED),
  L7OK("Layer7 check passed", Outcome.PASSED),
  L7OKC("Layer7 check conditionally passed", Outcome.PASSED),
  L7STS("Layer7 wrong status", Outcome.FAILED);

  /** What it means for the server. */
  enum Outcome {
    NEUTRAL,
    FAILED,
    PASSED
  }

  private final String description;
  private final Outcome outcome;

  CheckStatus(String description, Outcome outcome) {
    this.description = description;
    this.outcome = outcome;
  }

  /** The description in log lines. */
  public String description() {
    return description;
  }

  Outcome outcome() {
    return outcome;
  }

  /** Whether the server's own words decided: then a code belongs to it. */
  public boolean hasCode() {
    return this == L7OK || this == L7OKC || this == L7STS;
  }
}
