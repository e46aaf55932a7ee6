package io.sluice.backend;

/**
 * Is told what real connections to a server meet, so that they can serve as checks. Called on the
 * session's loop; must not block.
 */
public interface ServerObserver {

  /** Does not look. */
  ServerObserver NONE =
      new ServerObserver() {
        @Override
        public void onConnected() {}

        @Override
        public void onConnectFailed(String why) {}
      };

  /** A session's connection to the server stands. */
  void onConnected();

  /**
   * An attempt to connect has failed or timed out.
   *
   * @param why for people, such as {@code Connection refused}
   */
  void onConnectFailed(String why);
}
