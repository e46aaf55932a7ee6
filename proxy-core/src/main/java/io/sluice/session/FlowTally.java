package io.sluice.session;

import io.sluice.stats.Counter;
import io.sluice.transport.FlowCounters;
import java.util.function.ObjLongConsumer;

/**
 * What of a flow's counters has already been added to those of its scopes. Bytes are counted in the
 * flow alone while they move, and added up when a session ends or somebody asks.
 */
final class FlowTally {
  private final Counter bytes;
  private final Counter splicedBytes;
  private long addedBytes;
  private long addedSplicedBytes;
  private long addedCalls;
  private long addedStalls;
  private long addedSwitches;

  private FlowTally(Counter bytes, Counter splicedBytes) {
    this.bytes = bytes;
    this.splicedBytes = splicedBytes;
  }

  static FlowTally toServer() {
    return new FlowTally(Counter.BYTES_TO_SERVER, Counter.SPLICED_TO_SERVER);
  }

  static FlowTally toClient() {
    return new FlowTally(Counter.BYTES_TO_CLIENT, Counter.SPLICED_TO_CLIENT);
  }

  /** Hands what has been counted since the last call to {@code scopes}. */
  void fold(FlowCounters now, ObjLongConsumer<Counter> scopes) {
    scopes.accept(bytes, now.bytes() - addedBytes);
    scopes.accept(splicedBytes, now.splicedBytes - addedSplicedBytes);
    scopes.accept(Counter.PUMP_CALLS, now.calls - addedCalls);
    scopes.accept(Counter.PUMP_STALLS, now.stalls - addedStalls);
    scopes.accept(Counter.PUMP_SWITCHES, now.switches - addedSwitches);
    addedBytes = now.bytes();
    addedSplicedBytes = now.splicedBytes;
    addedCalls = now.calls;
    addedStalls = now.stalls;
    addedSwitches = now.switches;
  }
}
