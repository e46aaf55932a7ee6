package io.sluice.app;

import io.sluice.config.SluiceConfig;
import io.sluice.proxy.Proxy;

/** How a proxy moves bytes, in the words of the command line. */
final class Way {
  private Way() {}

  /** Such as {@code epoll, splice auto, 2 threads}. */
  static String of(SluiceConfig config, Proxy proxy) {
    int threads = proxy.threads();
    return proxy.transport().transport().name()
        + ", "
        + (proxy.transport().splices() ? pump(config) : "copy")
        + ", "
        + threads
        + (threads == 1 ? " thread" : " threads");
  }

  private static String pump(SluiceConfig config) {
    return switch (config.pump().mode()) {
      case AUTO -> "splice auto";
      case SPLICE -> "splice";
      case COPY -> "copy";
    };
  }
}
