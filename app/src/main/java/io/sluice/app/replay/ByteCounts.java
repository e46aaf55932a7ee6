package io.sluice.app.replay;

import java.util.concurrent.atomic.LongAdder;

/** Bytes of all conversations of a run. Any thread. */
final class ByteCounts {
  final LongAdder sent = new LongAdder();
  final LongAdder received = new LongAdder();
}
