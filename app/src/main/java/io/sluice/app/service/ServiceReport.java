package io.sluice.app.service;

import io.sluice.proxy.Proxy;
import io.sluice.systemd.ServiceManager;
import java.time.Duration;

/**
 * Tells the service manager how the proxy is doing, from the moment at which it listens to its end.
 */
public interface ServiceReport extends AutoCloseable {

  /** Nobody to tell: no thread, no work. */
  ServiceReport NONE =
      new ServiceReport() {
        @Override
        public void reloading() {}

        @Override
        public void reloaded() {}

        @Override
        public void reloadFailed(String why) {}

        @Override
        public void draining(Duration limit) {}

        @Override
        public void close() {}
      };

  /**
   * Begins to tell.
   *
   * @param way how bytes are moved, in words
   */
  static ServiceReport begin(ServiceManager manager, Proxy proxy, String way) {
    return manager == ServiceManager.NONE ? NONE : new PeriodicReport(manager, proxy, way);
  }

  /** The configuration is being read again. */
  void reloading();

  /** The proxy runs by the configuration that was read. */
  void reloaded();

  /** The proxy runs as before, which is told until a reload succeeds. */
  void reloadFailed(String why);

  /** The proxy accepts no more, and lets sessions go on for {@code limit} at most. */
  void draining(Duration limit);

  /** The proxy has ended. */
  @Override
  void close();
}
