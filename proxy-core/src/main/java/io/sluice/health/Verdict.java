package io.sluice.health;

/**
 * What one run of a check found.
 *
 * @param code of the server's answer, such as 503; 0 where it has none
 * @param info more for people; empty where there is no more to say
 */
record Verdict(CheckStatus status, int code, String info) {

  static Verdict of(CheckStatus status, String info) {
    return new Verdict(status, 0, info);
  }

  static Verdict of(CheckStatus status) {
    return new Verdict(status, 0, "");
  }
}
