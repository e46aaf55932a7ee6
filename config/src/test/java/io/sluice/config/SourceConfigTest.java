package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where connections to servers come from, and who may connect to a UNIX socket. */
class SourceConfigTest {

  /** Two good lines; what a test adds begins at line 3. */
  private static final String GOOD =
      """
      sluice.frontends.web { bind = ["127.0.0.1:80", "unix:/run/web"], backend = app }
      sluice.backends.app.servers.a = "h:1"
      """;

  private static Loaded read(String hocon) throws ConfigException {
    return ConfigReader.parse("s.conf", GOOD + hocon);
  }

  private static SourceAddress source(String hocon) throws ConfigException {
    return source("a", hocon);
  }

  private static SourceAddress source(String server, String hocon) throws ConfigException {
    return read(hocon).config().backends().get("app").servers().stream()
        .filter(candidate -> candidate.name().equals(server))
        .findFirst()
        .orElseThrow()
        .tcp()
        .source();
  }

  private static UnixFile unixFile(String hocon) throws ConfigException {
    return read(hocon).config().frontends().get("web").listen().unixFile();
  }

  private static List<String> problems(String hocon) {
    return Refused.problems(GOOD + hocon);
  }

  @Test
  void byDefaultTheKernelChooses() throws ConfigException {
    assertThat(source("")).isEqualTo(SourceAddress.ANY);
    assertThat(source("").isAny()).isTrue();
    assertThat(unixFile("")).isEqualTo(UnixFile.AS_BOUND);
  }

  @Test
  void everyKeyIsReadAndInheritedByItself() throws ConfigException {
    String hocon =
        """
        sluice.source { address = "10.0.0.1", ports = 1000-2000 }
        sluice.backends.app.source { interface = eth0.7, transparent = true, ports = 7 }
        sluice.listen { unix-mode = 0660, unix-group = www-data }
        sluice.frontends.web.listen.unix-owner = 1000
        """;

    assertThat(source(hocon)).isEqualTo(new SourceAddress("10.0.0.1", 7, 7, "eth0.7", true));
    assertThat(source(hocon)).hasToString("10.0.0.1, ports 7-7, interface eth0.7, transparent");
    assertThat(unixFile(hocon)).isEqualTo(new UnixFile(0660, "1000", "www-data"));
  }

  @Test
  void serverTakesFromItsBackendWhatItDoesNotSet() throws ConfigException {
    String hocon =
        """
        sluice.source.interface = lo
        sluice.backends.app.source { address = "10.0.0.1", ports = 1000-2000 }
        sluice.backends.app.servers.b { address = "h:2", source.address = "10.0.0.2" }
        sluice.backends.app.servers.c { address = "h:3", source { address = auto, ports = 7 } }
        """;

    assertThat(source("a", hocon)).hasToString("10.0.0.1, ports 1000-2000, interface lo");
    assertThat(source("b", hocon)).hasToString("10.0.0.2, ports 1000-2000, interface lo");
    assertThat(source("c", hocon)).hasToString("any address, ports 7-7, interface lo");
    assertThat(problems("sluice.backends.app.servers.b { address = \"h:2\", source.port = 7 }"))
        .singleElement()
        .asString()
        .endsWith("unknown key; did you mean \"ports\"?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sluice.source.address = \"10.0.0.256\"|must be an IP address, or auto",
        "sluice.source.address = \"localhost\"|must be an IP address, or auto",
        "sluice.source.ports = \"0-9\"|must be ports such as 10000-20000, or auto",
        "sluice.source.ports = \"9-8\"|must be ports from 1 to 65535, the lower one first",
        "sluice.source.ports = \"9-70000\"|must be ports from 1 to 65535, the lower one first",
        "sluice.source.interface = \"much-too-long-name\"|must be the name of a network interface,"
            + " or auto",
        "sluice.source.transparent = true|means nothing without an address",
        "sluice.listen.unix-mode = 888|must be an octal number such as 0660, or auto",
        "sluice.listen.unix-mode = 4755|must be an octal number such as 0660, or auto",
        "sluice.listen.unix-owner = \"a b\"|must be the name or number of a user, or auto"
      })
  void badValuesAreRefused(String setting, String rule) {
    assertThat(problems(setting))
        .anySatisfy(line -> assertThat(line).isEqualTo("s.conf:3: " + setting + ": " + rule));
  }

  @Test
  void permissionsNeedAPathAndEpoll() throws ConfigException {
    String more =
        "sluice.frontends.tcp { bind = [\":81\", \"unix:@a\"], backend = app, listen.unix-mode = 0600 }";
    assertThat(read(more).warnings().stream().map(Problem::toString))
        .containsExactly(
            "s.conf:3: sluice.frontends.tcp.listen.unix-mode = 600: means nothing without a bind"
                + " to a UNIX socket in the file system");
    assertThat(problems("sluice { transport = nio, listen.unix-mode = 0600 }"))
        .singleElement()
        .asString()
        .startsWith("s.conf:1: sluice.frontends.web.bind = [")
        .endsWith("unix-mode, unix-owner and unix-group need the epoll transport for this");
  }
}
