package io.sluice.app.service;

import io.sluice.systemd.ServiceManager;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The service manager's store of listening sockets, which follows what the proxy has opened. One
 * thread at a time.
 */
public final class DescriptorStore {
  private final ServiceManager manager;
  private final Map<String, Integer> stored = new LinkedHashMap<>();

  /** Nothing is stored that this process has opened. */
  public DescriptorStore(ServiceManager manager) {
    this.manager = manager;
  }

  /** Stores what is new of {@code opened}, descriptors by name, and lets go of what is gone. */
  public void follow(Map<String, Integer> opened) {
    if (!manager.keepsDescriptors()) {
      return;
    }
    Map<String, Integer> gone = new LinkedHashMap<>(stored);
    gone.entrySet().removeAll(opened.entrySet());
    gone.keySet().forEach(manager::removeDescriptors);
    opened.forEach(
        (name, descriptor) -> {
          if (!descriptor.equals(stored.get(name))) {
            manager.storeDescriptor(name, descriptor);
          }
        });
    stored.clear();
    stored.putAll(opened);
  }
}
