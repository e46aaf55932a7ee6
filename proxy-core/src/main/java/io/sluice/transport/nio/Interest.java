package io.sluice.transport.nio;

import java.nio.channels.SelectionKey;

/**
 * What a selector watches one channel for. A change costs a system call, so one that changes
 * nothing is left out. Loop thread only.
 */
final class Interest {
  private final SelectionKey key;
  private int ops;

  /** That of {@code key}, which was registered with {@code ops}. */
  Interest(SelectionKey key, int ops) {
    this.key = key;
    this.ops = ops;
  }

  int ops() {
    return ops;
  }

  void set(int wanted) {
    if (wanted != ops && key.isValid()) {
      key.interestOps(wanted);
      ops = wanted;
    }
  }

  void add(int op) {
    set(ops | op);
  }

  void remove(int op) {
    set(ops & ~op);
  }

  /** An event of the batch that is being handled finds nobody from now on. */
  void end() {
    key.attach(null);
  }
}
