package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigDiffTest {

  private static final String BASE =
      """
      sluice {
        frontends.web { bind = ":80", backend = app }
        backends.app.servers { a = "h:1", b = "h:2" }
      }
      """;

  @TempDir Path folder;

  private static ConfigDiff diff(String before, String after) throws ConfigException {
    return ConfigDiff.between(
        ConfigReader.parse("old.conf", before), ConfigReader.parse("new.conf", after));
  }

  private static List<String> lines(String before, String after) throws ConfigException {
    return diff(before, after).lines();
  }

  @Test
  void sameMeaningIsNoDifference() throws ConfigException {
    String other =
        """
        # Another order, other lines, another way to write it.
        sluice.backends.app.servers { a = { address = "h:1" }, b = "h:2" }
        sluice.frontends.web { backend = app
          bind = ":80" }
        """;

    ConfigDiff diff = diff(BASE, other);

    assertThat(diff.lines()).isEmpty();
    assertThat(diff.isEmpty()).isTrue();
    assertThat(diff.count()).isEqualTo("no changes");
  }

  @Test
  void changedKeyIsTheOldValueTheNewOneAndItsPlace() throws ConfigException {
    ConfigDiff diff = diff(BASE + "sluice.threads = 2", BASE + "\nsluice.threads = 4");

    assertThat(diff.lines()).containsExactly("~ sluice.threads: 2 -> 4  # new.conf:6");
    assertThat(diff.count()).isEqualTo("1 change");
  }

  @Test
  void keyThatIsNoLongerSetHasItsDefaultAgain() throws ConfigException {
    assertThat(lines(BASE + "sluice.drain-timeout = 5s", BASE))
        .singleElement()
        .asString()
        .matches("~ sluice\\.drain-timeout: 5s -> 30s {2}# reference\\.conf:\\d+");
  }

  @Test
  void inheritedKeysAreCountedAtTheKeyThatTheyInheritFrom() throws ConfigException {
    String more = "sluice.frontends.api { bind = \":81\", backend = app }\n";

    assertThat(lines(BASE + more, BASE + more + "sluice.timeouts.client = 9s"))
        .containsExactly("~ sluice.timeouts.client: 1m -> 9s, inherited by 2 keys  # new.conf:6");
  }

  @Test
  void keyThatIsSetBelowIsADifferenceOfItsOwn() throws ConfigException {
    String own = "sluice.frontends.web.timeouts.client = 9s\n";

    assertThat(lines(BASE, BASE + own))
        .containsExactly("~ sluice.frontends.web.timeouts.client: 1m -> 9s  # new.conf:5");
    assertThat(lines(BASE + own, BASE + own + "sluice.timeouts.client = 7s"))
        .containsExactly("~ sluice.timeouts.client: 1m -> 7s  # new.conf:6");
    assertThat(lines(BASE + own, BASE + "sluice.timeouts.client = 7s"))
        .containsExactly(
            "~ sluice.timeouts.client: 1m -> 7s  # new.conf:5",
            "~ sluice.frontends.web.timeouts.client: 9s -> 7s  # new.conf:5");
  }

  @Test
  void newServerIsOneLineWithWhatIsWrittenInIt() throws ConfigException {
    String more =
        "sluice.backends.app.servers.c {\n address = \"h:3\", weight = 5, check.interval = 9s }";

    assertThat(lines(BASE, BASE + more))
        .containsExactly(
            "+ sluice.backends.app.servers.c"
                + " { address = \"h:3\", check.interval = 9s, weight = 5 }  # new.conf:6");
    assertThat(lines(BASE + more, BASE))
        .containsExactly(
            "- sluice.backends.app.servers.c"
                + " { address = \"h:3\", check.interval = 9s, weight = 5 }  # old.conf:6");
  }

  @Test
  void newFrontendAndBackendAreALineEachAndSoAreTheirServers() throws ConfigException {
    String more =
        """
        sluice.frontends."a.b" { bind = [":81", ":82"], backend = two }
        sluice.backends.two { balance = leastconn, servers.x = "h:9" }
        sluice.mirrors.m = "h:7"
        """;

    assertThat(lines(BASE, BASE + more))
        .containsExactly(
            "+ sluice.mirrors.m { to = \"h:7\" }  # new.conf:7",
            "+ sluice.frontends.\"a.b\" { bind = [\":81\",\":82\"], backend = two }  # new.conf:5",
            "+ sluice.backends.two { balance = leastconn }  # new.conf:6",
            "+ sluice.backends.two.servers.x { address = \"h:9\" }  # new.conf:6");
  }

  @Test
  void removedComesAfterAddedAndChanged() throws ConfigException {
    String other = BASE.replace("a = \"h:1\", b = \"h:2\"", "b = \"h:3\", c = \"h:4\"");

    assertThat(lines(BASE, other))
        .containsExactly(
            "~ sluice.backends.app.servers.b.address: \"h:2\" -> \"h:3\"  # new.conf:3",
            "+ sluice.backends.app.servers.c { address = \"h:4\" }  # new.conf:3",
            "- sluice.backends.app.servers.a { address = \"h:1\" }  # old.conf:3");
  }

  @Test
  void longValueIsShownWhereItDiffers() throws ConfigException {
    String blocks =
        IntStream.range(0, 200)
            .mapToObj(i -> "\"10.0.0." + i + "\"")
            .collect(Collectors.joining(","));
    String list = BASE + "sluice.frontends.web.deny = [" + blocks + "]";

    String line = lines(list, list.replace("10.0.0.150", "10.9.9.9")).get(0);

    assertThat(line).hasSizeLessThan(500).contains("\"10.0.0.150\"", "-> ...", "\"10.9.9.9\"");
  }

  @Test
  void entriesOfAFileOfAddressesAreToldUpToABound() throws Exception {
    Path list = Files.writeString(folder.resolve("list"), "10.0.0.1\n10.0.0.2\n");
    String config =
        BASE
            + "sluice.deny = \"file:"
            + list
            + "\"\nsluice.frontends.api { bind = \":81\", backend = app }\n";
    Loaded before = ConfigReader.parse("s.conf", config);

    assertThat(after(before, config, list, "# Another order\n10.0.0.2\n10.0.0.1\n")).isEmpty();
    assertThat(after(before, config, list, "10.0.0.2\nunix\n"))
        .containsExactly(
            "~ file:" + list + ": 2 entries -> 2 entries, added unix, removed 10.0.0.1");
    String many =
        IntStream.range(1, 10).mapToObj(i -> "10.0.0." + i).collect(Collectors.joining("\n"));
    assertThat(after(before, config, list, many))
        .containsExactly(
            "~ file:"
                + list
                + ": 2 entries -> 9 entries, added 10.0.0.3 10.0.0.4 10.0.0.5 10.0.0.6 10.0.0.7"
                + " and 2 more");
    assertThat(after(before, config, list, ""))
        .containsExactly("~ file:" + list + ": 2 entries -> 0 entries, removed 10.0.0.1 10.0.0.2");
  }

  private static List<String> after(Loaded before, String config, Path list, String content)
      throws ConfigException, IOException {
    Files.writeString(list, content);
    return ConfigDiff.between(before, ConfigReader.parse("s.conf", config)).lines();
  }
}
