package io.sluice.discovery;

import java.util.concurrent.Executor;

/** The one thread on which everything of a discovery happens, and its clock. */
interface Agenda extends Executor {

  /** Nanoseconds since an arbitrary moment. Values may wrap: compare by subtraction. */
  long nowNs();

  /** Runs {@code task} on the thread once {@code delayNs} has passed. */
  void after(long delayNs, Runnable task);
}
