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
    if (!limits.isLimited()) {
      return OPEN;
    }
    SourceTable table =
        new SourceTable(limits.tracked(), limits.rate(), limits.connections(), SourceTable.seed());
    return new Limited(limits, table);
  }

  /** The gate with other limits, which goes on with what is known of the sources if it can. */
  default SourceGate next(SourceLimits limits) {
    return of(limits);
  }

  /** With at least one limit. */
  final class Limited implements SourceGate {
    private final SourceLimits limits;
    private final SourceTable table;
    private final Verdict tooFast;
    private final Verdict tooMany;
    private final long highMask;
    private final long lowMask;

    private Limited(SourceLimits limits, SourceTable table) {
      this.limits = limits;
      this.table = table;
      tooFast = new Verdict(Refusal.SOURCE_RATE, limits.action());
      tooMany = new Verdict(Refusal.SOURCE_CONNECTIONS, limits.action());
      highMask = Cidr.highMask(limits.ipv6Prefix());
      lowMask = Cidr.lowMask(limits.ipv6Prefix());
    }

    /** A table of another size, or of sources that are cut otherwise, begins anew. */
    @Override
    public SourceGate next(SourceLimits other) {
      boolean fits =
          other.tracked() == limits.tracked() && other.ipv6Prefix() == limits.ipv6Prefix();
      if (!fits || !other.isLimited()) {
        return of(other);
      }
      table.limit(other.rate(), other.connections());
      return new Limited(other, table);
    }

    @Override
    public Verdict enter(SockAddr source, long nowNs) {
      if (source.isUnix()) {
        return Verdict.ADMITTED; // There is no telling one from another.
      }
      long high = source.addressHigh();
      long low = source.addressLow();
      boolean v4 = high == 0 && low >>> Integer.SIZE == 0xFFFF;
      long place =
          v4 ? table.enter(high, low, nowNs) : table.enter(high & highMask, low & lowMask, nowNs);
      if (place >= 0) {
        return new Place(table, place);
      }
      if (place == SourceTable.TOO_FAST) {
        return tooFast;
      }
      if (place == SourceTable.TOO_MANY) {
        return tooMany;
      }
      return place == SourceTable.FULL ? Verdict.UNTRACKED : Verdict.ADMITTED;
    }
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
