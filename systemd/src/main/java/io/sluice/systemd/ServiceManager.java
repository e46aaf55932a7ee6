package io.sluice.systemd;

import java.util.Map;
import java.util.function.Consumer;

/**
 * The service manager that started this process, told how it is doing: sd_notify(3).
 *
 * <p>Telling never fails and never blocks: a service must not end because nobody listens to what it
 * says. Thread-safe.
 */
public interface ServiceManager {

  /** Started by hand, by a container, by a test: nobody to tell. */
  ServiceManager NONE =
      new ServiceManager() {
        @Override
        public void ready(String status) {}

        @Override
        public void status(String status) {}

        @Override
        public void stopping(String status) {}
      };

  /**
   * The manager that the environment names in {@code NOTIFY_SOCKET}, or {@link #NONE}.
   *
   * @param warnings takes one line when telling fails, once
   */
  static ServiceManager of(Map<String, String> environment, Consumer<String> warnings) {
    String address = environment.getOrDefault("NOTIFY_SOCKET", "");
    // Names NotifySocket only here: loading it costs a start without systemd tens of milliseconds.
    return address.isEmpty() ? NONE : new NotifySocket(address, warnings);
  }

  /** Start-up is done: {@code READY=1}, with one line for {@code systemctl status}. */
  void ready(String status);

  /** One line for {@code systemctl status}: {@code STATUS=}. */
  void status(String status);

  /** Shutdown has begun: {@code STOPPING=1}, with one line for {@code systemctl status}. */
  void stopping(String status);
}
