package io.sluice.backend;

/**
 * Someone who waits for a slot of a server; may be used again when it is not waiting.
 *
 * <p>Invariant: from {@link Backend#assign}'s {@link Placement#QUEUED} on, exactly one thing
 * happens: {@link #onServer}, or {@link #onNoServer}, or a {@link #cancel} that returns true.
 */
public abstract class Waiter {
  /** Links of the {@link Line} that it stands in; guarded by the backend's lock, as all below. */
  Waiter previous;

  Waiter next;

  /** Null exactly when it does not wait. */
  Line line;

  Backend backend;

  /** What the balance looks at if another server must be found for it. */
  long key;

  Server avoid;

  /** What its line had served when it came. */
  long servedBefore;

  /** How many its line served while it waited, itself included; 0 before the end of a wait. */
  int turn;

  /** Whether the line that it stood in is that of one server. */
  boolean bound;

  /** The server that it is to be told; between the grant and the call only. */
  Server granted;

  /**
   * It has a slot of {@code server}, which it gives back by {@link Server#leave}. Comes on whatever
   * thread has freed the slot, without locks held: hand over to the own loop, and leave at once if
   * nobody is there any more.
   */
  protected abstract void onServer(Server server);

  /** The last usable server is gone while it was waiting. On any thread, without locks held. */
  protected abstract void onNoServer();

  /**
   * HAProxy's {@code srv_queue}: how many were served by the queue of one server while this stood
   * in it, itself included; 0 if it did not. After the end of a wait.
   */
  public final int serverQueueTurn() {
    return bound ? turn : 0;
  }

  /** HAProxy's {@code backend_queue}: the same for the queue of those who take any server. */
  public final int backendQueueTurn() {
    return bound ? 0 : turn;
  }

  /**
   * Waits no longer. On the thread that assigned it.
   *
   * @return false if it does not wait: a call of {@link #onServer} or {@link #onNoServer} has come
   *     or is about to come on another thread, with a slot that must be given back
   */
  public final boolean cancel() {
    Backend at = backend;
    return at != null && at.cancel(this);
  }
}
