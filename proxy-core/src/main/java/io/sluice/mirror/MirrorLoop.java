package io.sluice.mirror;

import io.sluice.loop.EventLoop;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The branches of one loop, some of which have outlived their sessions. Loop thread only. */
public final class MirrorLoop {
  private final EventLoop loop;
  private final Set<Branch> branches = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Runnable onEmpty;
  private final String prefix;
  private long ids;

  /**
   * None yet.
   *
   * @param onEmpty called each time that the last branch has closed
   */
  public MirrorLoop(EventLoop loop, Runnable onEmpty) {
    this.loop = loop;
    this.onEmpty = onEmpty;
    // Unique between restarts too: no two loops begin at the same moment with the same number.
    prefix = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX) + "-" + loop.index();
  }

  /** True when there is no branch. */
  public boolean isEmpty() {
    return branches.isEmpty();
  }

  /** Brings the counters of all mirrors up to date with what the branches have counted. */
  public void fold() {
    branches.forEach(Branch::fold);
  }

  /** For each mirror with branches here, by name, the longest that a byte has waited now. */
  public Map<String, Long> lagsNs() {
    Map<String, Long> lags = new HashMap<>();
    for (Branch branch : branches) {
      lags.merge(branch.mirror().name(), branch.lagNs(), Math::max);
    }
    return lags;
  }

  /** Gives up all branches. */
  public void closeAll() {
    for (Branch branch : List.copyOf(branches)) {
      branch.detach(DetachReason.SHUTDOWN, "");
    }
  }

  EventLoop loop() {
    return loop;
  }

  String nextId() {
    return prefix + "-" + Long.toString(ids++, Character.MAX_RADIX);
  }

  void add(Branch branch) {
    branches.add(branch);
  }

  void remove(Branch branch) {
    branches.remove(branch);
    if (branches.isEmpty()) {
      onEmpty.run();
    }
  }
}
