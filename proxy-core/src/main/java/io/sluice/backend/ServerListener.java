package io.sluice.backend;

/** Hears what happens to servers. Called on any thread, without locks held; must not block. */
public interface ServerListener {

  /**
   * A server has changed: once for each change, also for a step of its health and for a change of
   * what an operator wants. Calls for two changes at the same moment may come in either order;
   * {@link Server#state} is what holds now.
   *
   * @param why for people, such as {@code Layer4 timeout}; may be empty
   */
  void onStateChanged(Server server, ServerState before, ServerState after, String why);
}
