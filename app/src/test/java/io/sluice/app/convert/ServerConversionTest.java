package io.sluice.app.convert;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.BackendConfig;
import io.sluice.config.BackendConfig.OnMarkedDown;
import io.sluice.config.BackendConfig.OnMarkedUp;
import io.sluice.config.CheckConfig.Header;
import io.sluice.config.ConfigReader;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What servers and binds say of themselves. */
class ServerConversionTest {

  /** The backends that {@code file} becomes, of which nothing is left out. */
  private static Map<String, BackendConfig> converted(String file) throws Exception {
    Conversion conversion = Conversion.of("h", file);
    assertThat(conversion.leftOut()).isEmpty();
    return ConfigReader.parse("converted", conversion.configuration()).config().backends();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "source 10.0.0.1 | - | 10.0.0.1",
        "source 10.0.0.1:1000-2000 interface lo | - | 10.0.0.1, ports 1000-2000, interface lo",
        "source 10.0.0.1:1000-2000 | source 10.0.0.2 weight 7 | 10.0.0.2",
        "source 10.0.0.1 | source 0.0.0.0:7 interface lo backup | any address, ports 7-7, interface lo",
        "- | source [2001:db8::1]:7-9 | 2001:db8::1, ports 7-9",
        "- | source 2001:db8::1 | 2001:db8::1",
        "- | source * usesrc 10.0.0.9 weight 5 | 10.0.0.9, transparent",
        "source 10.0.0.1 | weight 5 | 10.0.0.1",
      })
  void sourceOfABackendAndOfAServer(String ofBackend, String ofServer, String shown)
      throws Exception {
    String file =
        "listen l\n bind :80\n %s\n server s 127.0.0.1:81 %s\n"
            .formatted(ofBackend == null ? "" : ofBackend, ofServer == null ? "" : ofServer);

    assertThat(converted(file).get("l").servers().get(0).tcp().source()).hasToString(shown);
  }

  @Test
  void whatAServerDoesToSessionsIsCarried() throws Exception {
    String file =
        """
        listen l
          bind :80
          default-server on-marked-down shutdown-sessions on-marked-up shutdown-backup-sessions
          server a 127.0.0.1:81 check
          server b 127.0.0.1:82 backup
        """;

    assertThat(converted(file).get("l").servers())
        .allMatch(server -> server.onMarkedDown() == OnMarkedDown.CLOSE_SESSIONS)
        .allMatch(server -> server.onMarkedUp() == OnMarkedUp.CLOSE_BACKUP_SESSIONS);
  }

  @Test
  void checksElsewhereMaySendTheHeaderToo() throws Exception {
    String file =
        """
        listen l
          bind :80
          server a 127.0.0.1:81 check port 8 send-proxy-v2 check-send-proxy
          server b 127.0.0.1:82 check port 8 check-send-proxy send-proxy-v2
        listen m
          bind :81
          server a 127.0.0.1:81 check port 8 check-send-proxy
        """;

    Map<String, BackendConfig> backends = converted(file);

    assertThat(backends.get("l").servers())
        .extracting(server -> server.health().check().proxyProtocol())
        .containsOnly(Header.V2);
    assertThat(backends.get("m").servers().get(0).health().check().proxyProtocol())
        .isEqualTo(Header.V1);
  }

  @Test
  void aDisabledServerGetsNoSessions() throws Exception {
    String file =
        """
        listen l
          bind :80
          server a 127.0.0.1:81 weight 10 disabled
          server b 127.0.0.1:82
          default-server disabled
          server c 127.0.0.1:83
          server d 127.0.0.1:84 enabled
        """;

    assertThat(converted(file).get("l").servers())
        .extracting(server -> server.name() + server.weight())
        .containsExactly("a0", "b1", "c0", "d1");
  }

  @Test
  void bindsOfOneFrontendAllWantTheProxyHeader() {
    String file = "listen l\n bind :80 accept-proxy\n bind :81\n server s 127.0.0.1:82\n";

    assertThat(Conversion.of("h", file).leftOut())
        .containsExactly(
            "h:3: bind :81  [\":81\": all binds of a frontend want the PROXY header, or none]");
    assertThat(Conversion.of("h", file.replace(":81\n", ":81 accept-proxy\n")).leftOut()).isEmpty();
  }

  @Test
  void theClientsOwnAddressCannotBeTheSource() {
    String file = "listen l\n bind :80\n server s 127.0.0.1:81 source 0.0.0.0 usesrc clientip\n";

    assertThat(Conversion.of("h", file).leftOut())
        .singleElement()
        .asString()
        .contains("\"source\": only an address, ports and an interface can be set");
    assertThat(Conversion.of("h", "listen l\n bind :80\n source * usesrc client\n").leftOut())
        .anyMatch(line -> line.startsWith("h:3: source * usesrc client"));
  }
}
