package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.AdmissionConfig.Action;
import io.sluice.config.AdmissionConfig.SourceLimits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdmissionConfigTest {

  static final AdmissionConfig DEFAULT =
      new AdmissionConfig(
          AddressList.EMPTY,
          AddressList.EMPTY,
          Action.REJECT,
          new SourceLimits(Rate.UNLIMITED, 0, 100_000, 64, Action.REJECT),
          1000,
          Duration.ofSeconds(10),
          0);

  /** Two good lines; what a test adds begins at line 3. */
  private static final String GOOD =
      """
      sluice.frontends.web { bind = ":80", backend = app }
      sluice.backends.app.servers.a = "h:1"
      """;

  private static final String ENTRIES = "; a list has addresses such as 10.0.0.0/8, and unix";

  @TempDir Path folder;

  private static Loaded read(String hocon) throws ConfigException {
    return ConfigReader.parse("s.conf", GOOD + hocon);
  }

  private static AdmissionConfig admission(String hocon) throws ConfigException {
    return read(hocon).config().frontends().get("web").admission();
  }

  private static List<String> problems(String hocon) {
    return Refused.problems(GOOD + hocon);
  }

  @Test
  void byDefaultEverybodyIsLetIn() throws ConfigException {
    assertThat(admission("")).isEqualTo(DEFAULT);
    assertThat(DEFAULT.isOpen()).isTrue();
    assertThat(read("").config().connectionRate()).isZero();
  }

  @Test
  void everyKeyIsRead() throws ConfigException {
    AdmissionConfig read =
        admission(
            """
            sluice.frontends.web {
              allow = ["10.0.0.0/8", unix], deny = "10.0.0.1", deny-action = silent-drop
              limits { source-rate = 20/10s, source-connections = 5, sources = 20000 }
              limits { ipv6-prefix = 48, action = tarpit, max-tarpitted = 7 }
              max-connection-rate = 300, timeouts.tarpit = 3s
            }
            """);

    Cidr ten = new Cidr(0, 0xFFFF_0A00_0000L, 104);
    Cidr one = new Cidr(0, 0xFFFF_0A00_0001L, 128);
    assertThat(read)
        .isEqualTo(
            new AdmissionConfig(
                new AddressList(List.of(ten), true),
                new AddressList(List.of(one), false),
                Action.SILENT_DROP,
                new SourceLimits(new Rate(20, Duration.ofSeconds(10)), 5, 20000, 48, Action.TARPIT),
                7,
                Duration.ofSeconds(3),
                300));
    assertThat(read.isOpen()).isFalse();
  }

  @Test
  void frontendsInheritKeyByKey() throws ConfigException {
    String hocon =
        """
        sluice { deny = ["192.0.2.0/24"], limits.source-rate = 9/s, max-connection-rate = 5000 }
        sluice.frontends.web { limits.source-connections = 3, deny-action = close, deny = [] }
        """;

    AdmissionConfig web = admission(hocon);

    assertThat(web.deny()).isEqualTo(AddressList.EMPTY);
    assertThat(web.denyAction()).isEqualTo(Action.CLOSE);
    assertThat(web.sources().rate()).isEqualTo(new Rate(9, Duration.ofSeconds(1)));
    assertThat(web.sources().connections()).isEqualTo(3);
    assertThat(web.connectionRate()).isEqualTo(5000);
    assertThat(read(hocon).config().connectionRate()).isEqualTo(5000);
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.0.0.0/8",
    "10.1.2.3, 10.1.2.3",
    "0.0.0.0/0, 0.0.0.0/0",
    "::ffff:10.0.0.0/104, 10.0.0.0/8",
    "::ffff:1.2.3.4, 1.2.3.4",
    "::/0, 0:0:0:0:0:0:0:0/0",
    "2001:db8::/32, 2001:db8:0:0:0:0:0:0/32",
    "2001:DB8::1, 2001:db8:0:0:0:0:0:1",
    "fe80::/65, fe80:0:0:0:0:0:0:0/65"
  })
  void blocksAreReadAndWritten(String text, String written) {
    assertThat(Cidr.parse(text)).hasToString(written);
    assertThat(Cidr.parse(text)).isEqualTo(Cidr.parse(written));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "10.0.0.1/8|has bits behind its prefix: write 10.0.0.0/8",
        "2001:db8::1/64|has bits behind its prefix: write 2001:db8:0:0:0:0:0:0/64",
        "::ffff:10.0.0.0/90|has bits behind its prefix: write 0:0:0:0:0:ffc0:0:0/90",
        "10.0.0.0/33|the prefix is a number from 0 to 32",
        "10.0.0.0/|the prefix is a number from 0 to 32",
        "10.0.0.0/08|the prefix is a number from 0 to 32",
        "::/129|the prefix is a number from 0 to 128",
        "10.0.0|10.0.0 is not an IPv4 or IPv6 address",
        "010.0.0.1|010.0.0.1 is not an IPv4 or IPv6 address",
        "localhost|localhost is not an IPv4 or IPv6 address",
        "fe80::1%lo|fe80::1%lo is not an IPv4 or IPv6 address",
        "10.0.0.1 10.0.0.2|10.0.0.1 10.0.0.2 is not an IPv4 or IPv6 address",
        "Unix|Unix is not an IPv4 or IPv6 address"
      })
  void badEntriesAreRefused(String text, String rule) {
    assertThatThrownBy(() -> Cidr.parse(text)).hasMessage(rule);
    assertThat(problems("sluice.deny = [\"" + text + "\"]"))
        .containsExactly(
            "s.conf:3: sluice.deny = \"" + text + "\": " + rule + ENTRIES + ", or file:/path");
  }

  @Test
  void filesHaveOneEntryALineAndComments() throws Exception {
    Path list = folder.resolve("list");
    Files.writeString(
        list, "# ours\n\n 10.0.0.0/8 # all of it\n\t2001:db8::/32\r\nunix\n192.0.2.1");

    AdmissionConfig read = admission("sluice.deny = [\"file:" + list + "\", \"127.0.0.1\"]");

    assertThat(read.deny().blocks().stream().map(Cidr::toString))
        .containsExactly("10.0.0.0/8", "2001:db8:0:0:0:0:0:0/32", "192.0.2.1", "127.0.0.1");
    assertThat(read.deny().unix()).isTrue();
  }

  @Test
  void badLinesOfAFileHaveTheirPlace() throws IOException {
    Path list = Files.writeString(folder.resolve("list"), "10.0.0.0/8\nten # what?\n10.0.0.1/8\n");

    assertThat(problems("sluice.frontends.web.allow = \"file:" + list + "\""))
        .containsExactly(
            list
                + ":2: sluice.frontends.web.allow = \"ten\": ten is not an IPv4 or IPv6 address"
                + ENTRIES
                + ", one on each line",
            list
                + ":3: sluice.frontends.web.allow = \"10.0.0.1/8\": has bits behind its prefix:"
                + " write 10.0.0.0/8"
                + ENTRIES
                + ", one on each line");
  }

  @Test
  void filesThatAreNoListsSaySoBriefly() throws IOException {
    String lines = IntStream.range(0, 500).mapToObj(i -> "line").collect(Collectors.joining("\n"));
    Path text = Files.writeString(folder.resolve("text"), lines);
    Path bytes = Files.write(folder.resolve("bytes"), new byte[] {(byte) 0xC3, 0x28});

    assertThat(problems("sluice.deny = \"file:" + text + "\""))
        .hasSize(11)
        .contains(
            "s.conf:3: sluice.deny = \"file:"
                + text
                + "\": 500 lines of it are no addresses, the first 10 are shown");
    assertThat(problems("sluice.deny = \"file:" + bytes + "\""))
        .containsExactly("s.conf:3: sluice.deny = \"file:" + bytes + "\": is not a text file");
    assertThat(problems("sluice.deny = \"file:" + folder + "/none\""))
        .containsExactly("s.conf:3: sluice.deny = \"file:" + folder + "/none\": no such file");
    assertThat(problems("sluice.deny = \"file:list\""))
        .containsExactly("s.conf:3: sluice.deny = \"file:list\": the path must begin with /");
    assertThat(problems("sluice.deny = \"file:" + folder + "\""))
        .singleElement()
        .asString()
        .contains("cannot be read: ");
  }

  @Test
  void longFilesAreReadOnceForAllFrontends() throws Exception {
    String lines =
        IntStream.range(0, 100_000)
            .mapToObj(i -> "10." + (i >> 16) + "." + (i >> 8 & 0xFF) + "." + (i & 0xFF))
            .collect(Collectors.joining("\n"));
    Path list = Files.write(folder.resolve("list"), lines.getBytes(StandardCharsets.US_ASCII));
    var more = new StringBuilder("sluice.deny = \"file:" + list + "\"\n");
    for (int i = 1; i <= 20; i++) {
      more.append("sluice.frontends.f" + i + " { bind = \":" + i + "\", backend = app }\n");
    }

    SluiceConfig config = read(more.toString()).config();

    assertThat(config.frontends()).hasSize(21);
    assertThat(config.frontends().values())
        .allSatisfy(f -> assertThat(f.admission().deny().blocks()).hasSize(100_000));
  }

  @ParameterizedTest
  @CsvSource({
    "100/s, 100, 1000",
    "20/10s, 20, 10000",
    "5/500ms, 5, 500",
    "7/2m, 7, 120000",
    "1/24h, 1, 86400000",
    "9999999/d, 9999999, 86400000"
  })
  void ratesAreRead(String text, int count, long millis) {
    assertThat(Rate.parse(text)).isEqualTo(new Rate(count, Duration.ofMillis(millis)));
  }

  @ParameterizedTest
  @CsvSource({"100", "0/s", "100/", "100/x", "100 / s", "1/25h", "1/2d", "10000000/s", "-1/s"})
  void badRatesAreRefused(String text) {
    assertThat(problems("sluice.limits.source-rate = \"" + text + "\""))
        .containsExactly(
            "s.conf:3: sluice.limits.source-rate = \""
                + text
                + "\": must be a rate such as 100/s or 20/10s, at most 9999999 in at most 1d, or"
                + " none");
  }

  @Test
  void otherBadValuesAreRefused() {
    assertThat(
            problems(
                """
                sluice.deny-action = rejct
                sluice.limits.action = drop
                sluice.limits.ipv6-prefix = 129
                sluice.limits.sources = none
                sluice.timeouts.tarpit = 2d
                sluice.max-connection-rate = 0
                sluice.limits.source-conections = 1
                sluice.allow = 7
                """))
        .containsExactly(
            "s.conf:3: sluice.deny-action = \"rejct\": must be reject or close or silent-drop or"
                + " tarpit; did you mean \"reject\"?",
            "s.conf:4: sluice.limits.action = \"drop\": must be reject or close or silent-drop or"
                + " tarpit",
            "s.conf:5: sluice.limits.ipv6-prefix = 129: must be a whole number between 1 and 128",
            "s.conf:6: sluice.limits.sources = \"none\": must be a whole number between 1 and"
                + " 10000000",
            "s.conf:7: sluice.timeouts.tarpit = \"2d\": must be a duration such as 30s, 5m or"
                + " 500ms, between 1ms and 1d",
            "s.conf:8: sluice.max-connection-rate = 0: must be a whole number between 1 and"
                + " 1000000, or none",
            "s.conf:9: sluice.limits.source-conections = 1: unknown key; did you mean"
                + " \"source-connections\"?",
            "s.conf:10: sluice.allow = 7: must be a string in quotes");
  }

  @Test
  void whatIsProbablyNotMeantIsSaid() throws ConfigException {
    Loaded loaded =
        read(
            """
            sluice.frontends.web.limits { source-connections = 1, sources = 10 }
            sluice { transport = nio, deny = "10.0.0.1", deny-action = silent-drop }
            """);

    assertThat(loaded.warnings().stream().map(Problem::toString))
        .containsExactly(
            "s.conf:1: sluice.frontends.web: transport nio cannot drop connections silently, it"
                + " resets them",
            "s.conf:3: sluice.frontends.web.limits.sources = 10: when so many sources have"
                + " connections, others are not limited; as many as max-connections, 10000, are"
                + " enough");
  }
}
