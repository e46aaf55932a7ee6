package io.sluice.discovery;

import io.sluice.config.DiscoverConfig;
import io.sluice.linux.SockAddr;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which slot serves which endpoint.
 *
 * <p>Invariant: an address is in at most one slot, and stays in its slot for as long as answers
 * have it, unless those that are wanted more need the slot. One that answers leave out is kept for
 * {@code hold-obsolete} after the first that did. When nothing is learned, what the last good
 * answer has filled stays for {@code hold-nx} after the first that said that there is nothing, or
 * for {@code hold-failure} after the first failure.
 *
 * <p>After HAProxy's {@code server-template} and {@code hold} (configuration manual, section
 * 5.3.2), which counts from the last good answer: it asks every few seconds. Here a TTL may pass
 * before anything is noticed, and nothing would be left of a hold time that is shorter. One thread;
 * times are passed in.
 */
final class SlotTable {
  private static final long FOREVER = Long.MAX_VALUE;

  /** HAProxy's reason for an address that answers do not have any more. */
  private static final String GONE = "No IP for server";

  private final List<Slot> slots;
  private final Endpoint[] filled;

  /** For each slot, since when answers leave its endpoint out; null where the last one has it. */
  private final Long[] goneNs;

  private final long holdObsoleteNs;
  private final long holdNxNs;
  private final long holdFailureNs;

  /** The first failure since the last good answer; null where there was none. */
  private Long failingNs;

  /** The first of them that said that there is nothing; null where none did. */
  private Long nothingNs;

  private int leftOut;

  /** Of slots that may be filled already, by a discovery before this one. */
  SlotTable(List<Slot> slots, DiscoverConfig terms) {
    this.slots = List.copyOf(slots);
    holdObsoleteNs = ns(terms.holdObsolete());
    holdNxNs = ns(terms.holdNx());
    holdFailureNs = ns(terms.holdFailure());
    filled = new Endpoint[slots.size()];
    goneNs = new Long[slots.size()];
    for (int at = 0; at < filled.length; at++) {
      filled[at] = slots.get(at).held();
    }
  }

  private static long ns(Duration hold) {
    return hold.equals(DiscoverConfig.FOREVER) ? FOREVER : hold.toNanos();
  }

  /** Endpoints of the last answer for which there was no slot. */
  int leftOut() {
    return leftOut;
  }

  /** Slots that serve an endpoint. */
  int inUse() {
    int count = 0;
    for (Endpoint endpoint : filled) {
      count += endpoint == null ? 0 : 1;
    }
    return count;
  }

  /** Takes in what the name stands for. */
  void onAnswer(Answer answer, long nowNs) {
    failingNs = null;
    nothingNs = null;
    Map<SockAddr, Integer> places = new HashMap<>();
    for (int at = 0; at < filled.length; at++) {
      if (filled[at] != null) {
        places.put(filled[at].address(), at);
      }
    }
    int obsolete = releaseObsolete(answer, nowNs);
    Map<SockAddr, Endpoint> wanted = wanted(answer, places, filled.length - obsolete);
    leftOut = answer.endpoints().size() - wanted.size() + answer.more();
    for (Endpoint endpoint : answer.endpoints()) {
      Integer at = places.get(endpoint.address());
      if (at != null && !wanted.containsKey(endpoint.address())) {
        empty(at, GONE);
      }
    }
    for (Endpoint endpoint : wanted.values()) {
      Integer at = places.get(endpoint.address());
      int place = at == null ? free() : at;
      goneNs[place] = null;
      if (!endpoint.equals(filled[place])) {
        filled[place] = endpoint;
        slots.get(place).fill(endpoint);
      }
    }
  }

  /** Empties the slots that are held no longer; returns how many still are. */
  private int releaseObsolete(Answer answer, long nowNs) {
    List<SockAddr> named = answer.endpoints().stream().map(Endpoint::address).toList();
    int kept = 0;
    for (int at = 0; at < filled.length; at++) {
      if (filled[at] == null || named.contains(filled[at].address())) {
        continue;
      }
      if (goneNs[at] == null) {
        goneNs[at] = nowNs;
      }
      if (isOver(holdObsoleteNs, nowNs - goneNs[at])) {
        empty(at, GONE);
      } else {
        kept++;
      }
    }
    return kept;
  }

  /** Those that get a slot: none that is only a stand-in before one that is not. */
  private static Map<SockAddr, Endpoint> wanted(
      Answer answer, Map<SockAddr, Integer> places, int room) {
    Map<SockAddr, Endpoint> wanted = new LinkedHashMap<>();
    answer.endpoints().stream()
        .sorted(
            Comparator.comparing(Endpoint::standby)
                .thenComparing(endpoint -> !places.containsKey(endpoint.address())))
        .limit(room)
        .forEach(endpoint -> wanted.put(endpoint.address(), endpoint));
    return wanted;
  }

  /**
   * Takes in that nothing was learned.
   *
   * @return true if that emptied slots
   */
  boolean onFailure(NameFailure.Kind kind, long nowNs) {
    boolean nothing = kind == NameFailure.Kind.NX;
    failingNs = failingNs == null ? nowNs : failingNs;
    nothingNs = nothing && nothingNs == null ? Long.valueOf(nowNs) : nothingNs;
    boolean over =
        nothing ? isOver(holdNxNs, nowNs - nothingNs) : isOver(holdFailureNs, nowNs - failingNs);
    if (!over || inUse() == 0) {
      return false;
    }
    for (int at = 0; at < filled.length; at++) {
      if (filled[at] != null) {
        empty(at, kind.words());
      }
    }
    return true;
  }

  /**
   * How long until the next slot may be released that answers have left out; the largest long where
   * there is none.
   */
  long releaseInNs(long nowNs) {
    long soonestNs = FOREVER;
    for (int at = 0; at < filled.length; at++) {
      if (goneNs[at] != null && holdObsoleteNs != FOREVER) {
        soonestNs = Math.min(soonestNs, Math.max(0, holdObsoleteNs - (nowNs - goneNs[at])));
      }
    }
    return soonestNs;
  }

  private static boolean isOver(long holdNs, long goneNs) {
    return holdNs != FOREVER && goneNs >= holdNs;
  }

  private int free() {
    for (int at = 0; at < filled.length; at++) {
      if (filled[at] == null) {
        return at;
      }
    }
    throw new AssertionError("no more are wanted than there are slots");
  }

  private void empty(int at, String why) {
    filled[at] = null;
    goneNs[at] = null;
    slots.get(at).empty(why);
  }
}
