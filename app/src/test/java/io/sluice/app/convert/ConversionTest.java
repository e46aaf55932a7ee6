package io.sluice.app.convert;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.Address;
import io.sluice.config.BackendConfig;
import io.sluice.config.BackendConfig.ServerConfig;
import io.sluice.config.ConfigReader;
import io.sluice.config.DiscoverConfig;
import io.sluice.config.Loaded;
import io.sluice.config.SluiceConfig;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ConversionTest {
  private static final String WHOLE =
      """
      global
          log /dev/log local0
          maxconn 20000
          nbthread 2
          hard-stop-after 20s
          spread-checks 5
          user haproxy

      defaults
          mode tcp
          log global
          option tcplog
          timeout connect 4000
          timeout client 1m
          timeout server 1m
          retries 2
          option redispatch

      frontend tls
          bind *:8443,[::1]:8443 tfo
          bind /run/tls.sock mode 660 user www
          maxconn 5000
          tcp-request inspect-delay 2s
          acl office src 10.0.0.0/8 192.168.1.1
          tcp-request connection silent-drop if !office
          tcp-request content accept if { req.ssl_hello_type 1 }
          acl shop req.ssl_sni -i shop.example.com
          use_backend shop if shop
          use_backend wild if { req.ssl_sni -m end .example.org }
          use_backend two if { req.ssl_alpn h2 }
          default_backend shop

      backend shop
          balance leastconn
          option tcp-check
          tcp-check connect
          tcp-check send PING\\r\\n
          tcp-check expect string +PONG
          default-server inter 1s rise 1 fall 4
          server a 127.0.0.1:9001 check weight 10 maxconn 100
          server b 127.0.0.1:9002 check backup slowstart 30s on-marked-down shutdown-sessions
          server c 127.0.0.1:9003

      backend wild
          balance source
          hash-type consistent
          server a [::1]:9001 send-proxy-v2

      backend two
          balance roundrobin
          server a unix@/run/two.sock

      listen redis
          bind 127.0.0.1:6379
          option tcpka
          option httpchk GET /role
          http-check expect status 200
          server r1 127.0.0.1:6380 check port 8008
      """;

  @Test
  void aWholeFilePassesCheck() throws Exception {
    Conversion conversion = Conversion.of("haproxy.cfg", WHOLE);

    Loaded loaded = ConfigReader.parse("converted", conversion.configuration());

    assertThat(conversion.leftOut())
        .containsExactly("haproxy.cfg:7: user haproxy  [the service manager sets up the process]");
    assertThat(loaded.config().frontends()).containsOnlyKeys("tls", "redis");
    assertThat(loaded.config().backends()).containsOnlyKeys("shop", "wild", "two", "redis");
    assertThat(loaded.config().maxConnections()).isEqualTo(20000);
    assertThat(loaded.config().frontends().get("tls").maxConnections()).isEqualTo(5000);
    assertThat(loaded.config().frontends().get("tls").binds()).hasSize(3);
    assertThat(loaded.config().backends().get("shop").connectTimeout())
        .isEqualTo(Duration.ofSeconds(4));
  }

  @Test
  void whatHaproxyTakesForGrantedIsWrittenOut() {
    String text =
        Conversion.of("h", "listen a\n bind :80\n server s 127.0.0.1:81\n").configuration();

    assertThat(text)
        .contains("client = none", "server = none", "connect = none", "redispatch = off")
        .contains("\"0.0.0.0:80\"");
  }

  static Stream<String> nothing() {
    return Stream.of("", "# only a comment\n", "global\n maxconn 3\n", "backend b\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "balance uri | there is no key for it",
        "cookie SRV insert | there is no key for it",
        "use_backend b if { path /x } | a backend is chosen by the server name",
        "stick-table type ip size 1m | there are no tables: see limits",
        "server x 127.0.0.1 | a server needs a port of its own",
        "server x 127.0.0.1:443 ssl verify none | TLS is passed through, not begun",
        "bind :443 ssl crt /etc/x.pem | TLS is passed through, not ended",
        "bind fd@3 | there is no fd@ address",
        "option forwardfor | HTTP is not understood",
        "http-request deny | HTTP is not understood",
        "timeout connect soon | there is no key for it",
        "tcp-request connection track-sc0 src | there is no key for it",
        "option dontlognull | every session is logged at its end",
        "server-template a 3 db.example.org | a server needs a port of its own",
        "server-template a 0 db.example.org:1 | there are 1 to 1000 slots",
        "server-template a 2-4 db.example.org:1 | \"2-4\": the numbers of slots begin with 1",
        "server-template a 3 10.0.0.1:1 | it is no prefix, number and name",
        "server-template a 3 db.example.org:443 ssl | TLS is passed through, not begun",
        "server-template a 3 _x._tcp.y resolvers z | \"z\": there is no section resolvers z",
        "server-template a 3 _x._tcp.y weight 9 | \"weight 9\": servers of the file take it too",
        "server y db:9 resolvers z | \"resolvers\": a server's name is resolved at the start",
        "server y 127.0.0.1:9 check cookie z | \"cookie\": there is no such option of a server",
        "bind :81 interface eth0 | \"interface\": there is no such option of a bind",
      })
  void aLineWithoutEquivalentIsNamedWithItsReason(String line, String reason) {
    String file = "listen b\n bind :80\n server s 127.0.0.1:82\n " + line + "\n";

    assertThat(Conversion.of("h.cfg", file).leftOut())
        .singleElement()
        .asString()
        .startsWith("h.cfg:4: " + line + "  [")
        .contains(reason);
  }

  private static final String DISCOVERED =
      """
      listen db
        bind 127.0.0.1:5432
        balance leastconn
        default-server inter 1s
        server-template db 5 _db._tcp.example.org resolvers ns check weight 7 maxconn 30 init-addr none
      listen web
        bind 127.0.0.1:80
        server-template w 1-3 web.example.org:8080 resolvers ns resolve-prefer ipv4
      listen six
        bind 127.0.0.1:81
        server-template s 2 web.example.org:8080 resolvers ns resolve-opts allow-dup-ip
      resolvers ns
        nameserver one 10.0.0.53:53
        nameserver two udp@[2001:db8::53]:5353
        nameserver three tcp@10.0.0.54:53
        accepted_payload_size 8192
        resolve_retries 4
        timeout resolve 2s
        timeout retry 500ms
        hold valid 20s
        hold nx 10s
        hold obsolete 3s
        hold timeout 40s
        hold refused 20s
        parse-resolv-conf
      resolvers unused
        nameserver one 10.0.0.53:53
      """;

  @Test
  void serversThatDnsTellsAreDiscovered() throws Exception {
    Conversion conversion = Conversion.of("h", DISCOVERED);

    String text = conversion.configuration();
    SluiceConfig config = ConfigReader.parse("converted", text).config();

    DiscoverConfig db = config.backends().get("db").discover();
    assertThat(db)
        .isEqualTo(
            new DiscoverConfig(
                "_db._tcp.example.org",
                DiscoverConfig.RecordType.SRV,
                0,
                5,
                "db",
                List.of(new Address.Tcp("10.0.0.53", 53), new Address.Tcp("2001:db8::53", 5353)),
                Duration.ofMillis(500),
                3,
                Duration.ofSeconds(2),
                Duration.ofSeconds(1),
                Duration.ofSeconds(20),
                Duration.ofSeconds(3),
                Duration.ofSeconds(10),
                Duration.ofSeconds(40)));
    assertThat(config.backends().get("db").servers())
        .extracting(ServerConfig::name)
        .containsExactly("db1", "db2", "db3", "db4", "db5");
    ServerConfig slot = config.backends().get("db").servers().get(4);
    assertThat(slot.weight()).isEqualTo(7);
    assertThat(slot.maxConnections()).isEqualTo(30);
    assertThat(slot.health().check().isOn()).isTrue();
    assertThat(slot.health().check().interval()).isEqualTo(Duration.ofSeconds(1));
    DiscoverConfig web = config.backends().get("web").discover();
    assertThat(web.type()).isEqualTo(DiscoverConfig.RecordType.A);
    assertThat(web.port()).isEqualTo(8080);
    assertThat(web.slots()).isEqualTo(3);
    assertThat(config.backends().get("web").servers().get(0).health().check().isOn()).isFalse();
    assertThat(config.backends().get("six").discover().type())
        .isEqualTo(DiscoverConfig.RecordType.ANY);
    String unused = "[no server-template that could be carried over uses it]";
    assertThat(conversion.leftOut())
        .extracting(line -> line.replaceFirst("h:(\\d+): .* {2}\\[", "$1 ["))
        .containsExactly(
            "11 [\"resolve-opts\": there is no key for it]",
            "15 [a name server is an IP address, and asked by UDP first]",
            "16 [there is no key for it]",
            "25 [those of resolv.conf are not asked beside others]",
            "26 " + unused,
            "27 " + unused);
  }

  @Test
  void sectionOfTheSystemsNameServersNeedsNoList() throws Exception {
    String file =
        """
        resolvers ns
          parse-resolv-conf
        listen web
          bind 127.0.0.1:80
          server fixed 127.0.0.1:81 check source 127.0.0.2
          server-template w 3 web.example.org:8080 resolvers ns check
        """;
    Conversion conversion = Conversion.of("h", file);

    BackendConfig web =
        ConfigReader.parse("converted", conversion.configuration()).config().backends().get("web");

    assertThat(web.discover().resolvers()).isEmpty();
    assertThat(web.discover().holdFailure()).as("HAProxy's default").hasSeconds(30);
    assertThat(web.servers()).extracting(ServerConfig::name).startsWith("fixed").hasSize(4);
    assertThat(web.servers().get(0).tcp().source().address()).isEqualTo("127.0.0.2");
    assertThat(conversion.leftOut()).isEmpty();
  }

  @Test
  void everyLineOfAnHttpFrontendIsNamed() {
    String file =
        "frontend w\n mode http\n bind :80\n default_backend b\nbackend b\n server s 127.0.0.1:1\n";

    Conversion conversion = Conversion.of("h", file);

    assertThat(conversion.isUsable()).isFalse();
    assertThat(conversion.leftOut())
        .hasSize(4)
        .first()
        .asString()
        .contains("mode http: bytes are forwarded, not understood");
  }

  @Test
  void aFrontendWhoseBackendIsLeftOutIsLeftOutToo() {
    String file =
        """
        frontend f
          bind :80
          default_backend b
        backend b
          server s 127.0.0.1:443 ssl
        frontend g
          bind :81
          default_backend c
        backend c
          server s 127.0.0.1:82
        """;

    Conversion conversion = Conversion.of("h", file);

    assertThat(conversion.configuration()).contains("frontends {\n    g {").doesNotContain("b {");
    assertThat(String.join("\n", conversion.leftOut()))
        .contains("h:1: frontend f  [it has no backend that could be carried over]")
        .contains("h:3: default_backend b  [there is no backend b any more]")
        .contains("h:4: backend b  [it has no server that could be carried over]")
        .contains("h:5: server s 127.0.0.1:443 ssl");
  }

  @Test
  void someAcceptedAndAllOthersRejectedBecomeAnAllowList() {
    String rules =
        """
        listen l
          bind 127.0.0.1:80
          server s 127.0.0.1:81
          tcp-request connection accept if { src 10.0.0.0/8 }
        """;

    assertThat(Conversion.of("h", rules).configuration()).doesNotContain("allow");
    assertThat(Conversion.of("h", rules + "  tcp-request connection reject\n").configuration())
        .contains("allow = [\n        \"10.0.0.0/8\"\n      ]")
        .contains("deny-action = reject");
  }

  @Test
  void namedDefaultsAreThoseThatWereAskedFor() throws Exception {
    String file =
        """
        defaults one
          timeout client 11s
        defaults two
          timeout client 22s
        listen a from one
          bind 127.0.0.1:80
          server s 127.0.0.1:81
        listen b
          bind 127.0.0.1:90
          server s 127.0.0.1:91
        """;

    var config = ConfigReader.parse("h", Conversion.of("h", file).configuration()).config();

    assertThat(config.frontends().get("a").clientTimeout()).isEqualTo(Duration.ofSeconds(11));
    assertThat(config.frontends().get("b").clientTimeout()).isEqualTo(Duration.ofSeconds(22));
    assertThat(config.frontends().get("a").binds())
        .extracting(Address::toString)
        .containsExactly("127.0.0.1:80");
  }

  @ParameterizedTest
  @MethodSource("nothing")
  void aFileWithoutFrontendIsOfNoUse(String file) {
    assertThat(Conversion.of("h", file).isUsable()).isFalse();
  }
}
