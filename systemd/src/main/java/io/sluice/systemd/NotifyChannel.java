package io.sluice.systemd;

/** Where messages of sd_notify(3) go. No method throws or blocks. Thread-safe. */
interface NotifyChannel {

  /** Nobody listens. */
  NotifyChannel NOWHERE =
      new NotifyChannel() {
        @Override
        public void send(String message) {}

        @Override
        public void send(String message, int descriptor) {}
      };

  /** Sends lines of {@code KEY=value}. */
  void send(String message);

  /** Sends lines of {@code KEY=value} with a duplicate of an open descriptor. */
  void send(String message, int descriptor);
}
