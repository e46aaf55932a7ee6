package io.sluice.config;

import java.time.Duration;

/**
 * A check that asks a server again and again.
 *
 * @param kind what is asked; {@link CheckKind.None} where nothing is
 * @param interval from the end of one check to the next one, while the server is and stays up
 * @param fastInterval the same between up and down; zero means {@code interval}
 * @param downInterval the same while the server is and stays down; zero means {@code interval}
 * @param timeout how long an answer may take once connected; zero means that {@code interval}
 *     bounds the whole check
 * @param rise checks passed in a row that make a server up
 * @param fall checks failed in a row that make it down
 * @param spreadPercent by how much an interval may be longer or shorter, 0 to 50
 * @param target where it is asked
 */
public record CheckConfig(
    CheckKind kind,
    Duration interval,
    Duration fastInterval,
    Duration downInterval,
    Duration timeout,
    int rise,
    int fall,
    int spreadPercent,
    InitialState initialState,
    CheckTarget target,
    Header proxyProtocol) {

  /** What a server counts as before its first check: HAProxy's {@code init-state}. */
  public enum InitialState {
    /** Up; the first failed check makes it down. */
    UP,
    /** Up, as after many passed checks. */
    FULLY_UP,
    /** Down; the first passed check makes it up. */
    DOWN,
    /** Down, as after many failed checks. */
    FULLY_DOWN
  }

  /** Which PROXY protocol header a check begins with. */
  public enum Header {
    /** The one that sessions send, where the check goes to the same place. */
    INHERIT,
    NONE,
    V1,
    V2;

    /** The header that is sent where sessions with the same place send {@code inherited}. */
    public ProxyVersion or(ProxyVersion inherited) {
      return switch (this) {
        case INHERIT -> inherited;
        case NONE -> ProxyVersion.NONE;
        case V1 -> ProxyVersion.V1;
        case V2 -> ProxyVersion.V2;
      };
    }
  }

  /** Whether anything is asked. */
  public boolean isOn() {
    return !(kind instanceof CheckKind.None);
  }
}
