package io.sluice.proxy;

import io.sluice.config.MirrorConfig;
import io.sluice.config.TcpOptions;
import io.sluice.mirror.Mirror;
import io.sluice.transport.Transport;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.StringJoiner;

/** Mirrors as the proxy makes them, but with small send buffers, which fill soon. */
public final class TestMirrors {
  private TestMirrors() {}

  /** The mirror of {@code config}, whose connections have {@code sendBytes} of SO_SNDBUF. */
  public static Mirror of(MirrorConfig config, Transport transport, int sendBytes, Duration pause)
      throws IOException {
    Duration system = Duration.ZERO;
    TcpOptions tcp = new TcpOptions(true, false, system, system, 0, system, 0, sendBytes, "");
    return new Mirror(
        config, MirrorSinks.of(config, MirrorSinks.address(config), transport, tcp, pause));
  }

  /** Settings of a mirror m0, m1 and so on for each of {@code terms}, with a target of its own. */
  public static String settings(List<String> terms, List<ServerSocketChannel> targets) {
    StringBuilder settings = new StringBuilder("\n");
    StringJoiner names = new StringJoiner(", ", "frontends.web.mirror = [", "]\n");
    for (int i = 0; i < terms.size(); i++) {
      int port = targets.get(i).socket().getLocalPort();
      settings.append("mirrors.m").append(i).append(" { to = \"tcp:127.0.0.1:").append(port);
      settings.append("\", ").append(terms.get(i)).append(" }\n");
      names.add("m" + i);
    }
    return terms.isEmpty() ? "" : settings.append(names).toString();
  }
}
