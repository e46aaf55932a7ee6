package io.sluice.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.ConfigReader;
import io.sluice.config.SluiceConfig;
import io.sluice.stats.Counter;
import java.io.IOException;

/**
 * What the tests of reload and of an operator's other commands have in common: a frontend web
 * before a backend app.
 */
final class ReloadScene {
  static final String WEB = "frontends.web { bind = \"127.0.0.1:0\", backend = app }\n";

  private ReloadScene() {}

  static SluiceConfig config(String transport, String hocon) throws Exception {
    return ConfigReader.parse(
            "test", "sluice { threads = 2, transport = " + transport + "\n" + hocon + "\n}")
        .config();
  }

  static String app(String servers) {
    return "backends.app { servers { " + servers + " } }\n";
  }

  static String server(String name, EchoServer server) {
    return name + " = \"" + server.address() + "\"\n";
  }

  static Client client(Proxy proxy) throws IOException {
    return Client.of(proxy.boundAddress("web", 0));
  }

  static Client served(Proxy proxy) throws IOException {
    Client client = client(proxy);
    assertThat(client.ask("hello")).isEqualTo("hello");
    return client;
  }

  static long sessionsOf(Proxy proxy, String server) {
    return proxy.snapshot().servers().get("app/" + server).get(Counter.SESSIONS);
  }
}
