package io.sluice.proxy;

import io.sluice.config.MirrorConfig;
import io.sluice.config.TcpOptions;
import io.sluice.mirror.Mirror;
import io.sluice.transport.Transport;
import java.io.IOException;
import java.time.Duration;

/** Mirrors as the proxy makes them, but with small send buffers, which fill soon. */
public final class TestMirrors {
  private TestMirrors() {}

  /** The mirror of {@code config}, whose connections have {@code sendBytes} of SO_SNDBUF. */
  public static Mirror of(MirrorConfig config, Transport transport, int sendBytes, Duration pause)
      throws IOException {
    Duration system = Duration.ZERO;
    TcpOptions tcp = new TcpOptions(true, false, system, system, 0, system, 0, sendBytes, "");
    return new Mirror(config, MirrorSinks.of(config, transport, tcp, pause));
  }
}
