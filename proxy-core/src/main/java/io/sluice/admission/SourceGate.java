package io.sluice.admission;

import io.sluice.config.AdmissionConfig.SourceLimits;
import io.sluice.config.Cidr;
import io.sluice.linux.SockAddr;

/**
 * The limits of each source: how fast its connections may come, and how many it may have.
 *
 * <p>When the table of sources is full of sources with connections it fails open: the connection is
 * let in and not counted, because {@code max-connections} bounds the whole anyway, and shutting out
 * everybody new is what an attacker would want. Thread-safe.
 */
interface SourceGate {

  /** No limits. */
  SourceGate OPEN = (source, nowNs) -> Verdict.ADMITTED;

  /** Counts a connection of {@code source}, if it may come in. */
  Verdict enter(SockAddr source, long nowNs);

  /** Limits with a table of their own. */
  static SourceGate of(SourceLimits limits) {
    SourceTable table =
        new SourceTable(limits.tracked(), limits.rate(), limits.connections(), SourceTable.seed());
    long highMask = Cidr.highMask(limits.ipv6Prefix());
    long lowMask = Cidr.lowMask(limits.ipv6Prefix());
    Verdict tooFast = new Verdict(Refusal.SOURCE_RATE, limits.action());
    Verdict tooMany = new Verdict(Refusal.SOURCE_CONNECTIONS, limits.action());
    return (source, nowNs) -> {
      if (source.isUnix()) {
        return Verdict.ADMITTED; // There is no telling one from another.
      }
      long high = source.addressHigh();
      long low = source.addressLow();
      boolean v4 = high == 0 && low >>> Integer.SIZE == 0xFFFF;
      long place =
          v4 ? table.enter(high, low, nowNs) : table.enter(high & highMask, low & lowMask, nowNs);
      if (place == SourceTable.TOO_FAST) {
        return tooFast;
      }
      if (place == SourceTable.TOO_MANY) {
        return tooMany;
      }
      if (place == SourceTable.FULL) {
        return Verdict.UNTRACKED;
      }
      return limits.connections() > 0 ? new Place(table, place) : Verdict.ADMITTED;
    };
  }

  /** Let in, and counted among the connections of its source. */
  final class Place extends Verdict {
    private final SourceTable table;
    private final long place;

    private Place(SourceTable table, long place) {
      super(null, null);
      this.table = table;
      this.place = place;
    }

    @Override
    public void leave() {
      table.leave(place);
    }
  }
}
