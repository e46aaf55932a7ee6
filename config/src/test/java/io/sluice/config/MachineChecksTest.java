package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineChecksTest {

  private static final String USER = System.getProperty("user.name");

  @TempDir Path directory;

  private Path proc;

  @BeforeEach
  void makeUpAMachine() throws IOException {
    proc = directory.resolve("proc");
    Files.createDirectories(proc.resolve("sys/fs"));
    Files.createDirectories(proc.resolve("self"));
    Files.writeString(proc.resolve("sys/fs/pipe-max-size"), "262144\n");
    capabilities("0000000000000000");
  }

  private void capabilities(String mask) throws IOException {
    Files.writeString(proc.resolve("self/status"), "Name:\tjava\nCapEff:\t" + mask + "\n");
  }

  private static Loaded loaded(String mirror) throws ConfigException {
    return ConfigReader.parse(
        "s.conf",
        """
        sluice.frontends.web { bind = ":80", backend = app, mirror = "m.1" }
        sluice.backends.app.servers.a = "h:1"
        sluice.mirror-defaults.buffer = 64KiB
        """
            + "sluice.mirrors.\"m.1\" { "
            + mirror
            + " }\n");
  }

  private ConfigException refused(String mirror) throws ConfigException {
    Loaded loaded = loaded(mirror);
    var checks = new MachineChecks(proc, path -> !path.endsWith("locked"));
    return catchThrowableOfType(ConfigException.class, () -> checks.run(loaded));
  }

  private static String line(String key, Object value, String rule) {
    return "s.conf:4: sluice.mirrors.\"m.1\"." + key + " = \"" + value + "\": " + rule;
  }

  @Test
  void directoriesThatAreMissingCanBeMade() throws ConfigException {
    String to = "file:" + directory + "/new/{date}/{session}";
    Loaded loaded = loaded("to = \"" + to + "\"");

    assertThatCode(() -> MachineChecks.check(loaded)).doesNotThrowAnyException();
    assertThat(directory.resolve("new")).doesNotExist();
  }

  @Test
  void directoryThatIsNoneIsNamed() throws ConfigException, IOException {
    Path file = Files.writeString(directory.resolve("file"), "");
    String to = "file:" + file + "/{session}";

    assertThat(refused("to = \"" + to + "\""))
        .hasMessage(line("to", to, file + " is not a directory"));
  }

  @Test
  void directoryWithoutPermissionIsNamedWithTheUser() throws ConfigException, IOException {
    Path locked = Files.createDirectory(directory.resolve("locked"));
    String to = "pcapng:" + locked + "/a";
    String deeper = "file:" + locked + "/a/b-{session}";

    assertThat(refused("to = \"" + to + "\""))
        .hasMessage(line("to", to, "user " + USER + " may not create a file in " + locked));
    assertThat(refused("to = \"h:1\", replies = \"" + deeper + "\""))
        .hasMessage(
            line("replies", deeper, "user " + USER + " may not create a directory in " + locked));
  }

  @Test
  void captureIsNoDirectoryAndNoLink() throws ConfigException, IOException {
    String folder = "pcapng:" + directory;
    Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("target"));
    String linked = "pcapng:" + link;

    assertThat(refused("to = \"" + folder + "\""))
        .hasMessage(line("to", folder, directory + " is a directory"));
    assertThat(refused("to = \"" + linked + "\""))
        .hasMessage(line("to", linked, link + " is a symbolic link, and links are not followed"));
  }

  @Test
  void bufferLargerThanAPipeIsExplained() throws ConfigException {
    String rule =
        "is more than 256KiB, the largest pipe that user "
            + USER
            + " can have: a smaller buffer, a larger fs.pipe-max-size or CAP_SYS_RESOURCE is"
            + " needed";

    assertThat(refused("to = \"h:1\", buffer = 257KiB")).hasMessage(line("buffer", "257KiB", rule));
    assertThat(refused("to = \"h:1\", buffer = 256KiB")).isNull();
  }

  @Test
  void capabilityLiftsTheLimitOfPipes() throws ConfigException, IOException {
    capabilities("0000000001000000");
    assertThat(refused("to = \"h:1\", buffer = 1GiB")).isNull();

    capabilities("fffffffffeffffff");
    assertThat(refused("to = \"h:1\", buffer = 1GiB")).isNotNull();
  }

  @Test
  void machineThatTellsNothingIsTrusted() throws ConfigException, IOException {
    Files.delete(proc.resolve("sys/fs/pipe-max-size"));

    assertThat(refused("to = \"h:1\", buffer = 1GiB")).isNull();
  }

  @Test
  void nioHasNoPipes() throws ConfigException {
    Loaded loaded = loaded("to = \"h:1\", buffer = 1GiB }\nsluice { transport = nio");

    assertThatCode(() -> new MachineChecks(proc, path -> true).run(loaded))
        .doesNotThrowAnyException();
  }
}
