package io.sluice.discovery;

import io.sluice.linux.SockAddr;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which slot serves which endpoint.
 *
 * <p>Invariant: an address is in at most one slot, and stays in its slot for as long as answers
 * name it. One that an answer leaves out is kept for {@code holdGoneNs} from the last answer that
 * had it: some name servers give a different part of the whole each time. When nothing can be
 * learned the last good answer stays for {@code holdFailureNs}, counted from the last success; then
 * all slots are emptied.
 *
 * <p>After HAProxy's {@code server-template} and {@code hold obsolete}, {@code hold nx}, {@code
 * hold timeout} (configuration manual, section 5.3.2). One thread; times are passed in.
 */
final class SlotTable {
  /** Keep what is known for ever. */
  static final long FOR_EVER = Long.MAX_VALUE;

  private final List<Slot> slots;
  private final Endpoint[] filled;
  private final long[] namedNs;
  private final long holdGoneNs;
  private final long holdFailureNs;
  private long succeededNs;
  private int left;

  SlotTable(List<Slot> slots, long holdGoneNs, long holdFailureNs, long nowNs) {
    this.slots = List.copyOf(slots);
    this.holdGoneNs = holdGoneNs;
    this.holdFailureNs = holdFailureNs;
    filled = new Endpoint[slots.size()];
    namedNs = new long[slots.size()];
    succeededNs = nowNs;
  }

  /** Endpoints of the last answer for which there was no slot. */
  int leftOut() {
    return left;
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
    succeededNs = nowNs;
    Map<SockAddr, Endpoint> news = new HashMap<>();
    List<SockAddr> order = new ArrayList<>();
    for (Endpoint endpoint : answer.endpoints()) {
      if (news.putIfAbsent(endpoint.address(), endpoint) == null) {
        order.add(endpoint.address());
      }
    }
    for (int at = 0; at < filled.length; at++) {
      if (filled[at] == null) {
        continue;
      }
      Endpoint named = news.remove(filled[at].address());
      if (named != null) {
        order.remove(named.address());
        namedNs[at] = nowNs;
        if (named.weight() != filled[at].weight()) {
          fill(at, named, nowNs, "weight " + named.weight() + " in DNS");
        }
      } else if (nowNs - namedNs[at] >= holdGoneNs) {
        empty(at, "no longer in DNS");
      }
    }
    left = 0;
    for (SockAddr address : order) {
      int free = free();
      if (free < 0) {
        left++;
      } else {
        fill(free, news.get(address), nowNs, "found in DNS");
      }
    }
  }

  /**
   * Takes in that nothing could be learned.
   *
   * @return true if that emptied slots
   */
  boolean onFailure(String words, long nowNs) {
    if (holdFailureNs == FOR_EVER || nowNs - succeededNs < holdFailureNs || inUse() == 0) {
      return false;
    }
    for (int at = 0; at < filled.length; at++) {
      if (filled[at] != null) {
        empty(at, words);
      }
    }
    return true;
  }

  private int free() {
    for (int at = 0; at < filled.length; at++) {
      if (filled[at] == null) {
        return at;
      }
    }
    return -1;
  }

  private void fill(int at, Endpoint endpoint, long nowNs, String why) {
    filled[at] = endpoint;
    namedNs[at] = nowNs;
    slots.get(at).fill(endpoint, why);
  }

  private void empty(int at, String why) {
    filled[at] = null;
    slots.get(at).empty(why);
  }
}
