package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Two configurations are equal exactly if they say the same: what is compared to find out what has
 * changed must neither see a change where there is none nor overlook one.
 */
class ConfigEqualityTest {

  private static final String BASE =
      """
      sluice {
        mirrors { t.to = "h:2", d.to = "file:/tmp/{session}", c.to = "pcapng:/tmp/c" }
        frontends.f { bind = ":1", backend = b }
        backends { b.servers.s.address = "h:1", other.servers.s = "h:2" }
      }
      """;

  /** Values that are handed about in records and compare by what they hold. */
  private static final Set<Class<?>> VALUES =
      Set.of(int.class, long.class, double.class, boolean.class, String.class, Duration.class);

  @TempDir Path folder;

  private static SluiceConfig read(String hocon) throws ConfigException {
    return ConfigReader.parse("s.conf", hocon).config();
  }

  private static String example() throws IOException {
    try (InputStream in = ConfigReader.class.getResourceAsStream("/reference.conf")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(String::strip)
          .filter(line -> line.startsWith("#>"))
          .map(line -> line.substring(2))
          .collect(Collectors.joining("\n"));
    }
  }

  @Test
  void theSameTextIsTheSameConfiguration() throws Exception {
    for (String hocon : List.of(BASE, example())) {
      assertThat(read(hocon)).isEqualTo(read(hocon)).hasSameHashCodeAs(read(hocon));
    }
  }

  /** The order of servers is what balance sees; that of the other names means nothing. */
  @Test
  void orderCountsOnlyAmongServers() throws Exception {
    String ab = "backends { b { servers { a = \"h:1\", b = \"h:2\" } }, c.servers.x = \"h:3\" }";
    String ba = "backends { c.servers.x = \"h:3\", b { servers { b = \"h:2\", a = \"h:1\" } } }";
    String f = "sluice.frontends.f { bind = \":1\", backend = b }\nsluice.frontends.g ";
    String g = "{ bind = \":2\", backend = c, server-names { x = b, y = c } }\nsluice.";
    SluiceConfig one = read(f + g + ab);
    SluiceConfig two = read(f + g.replace("x = b, y = c", "y = c, x = b") + ba);

    assertThat(one.frontends()).isEqualTo(two.frontends());
    assertThat(one.backends().get("c")).isEqualTo(two.backends().get("c"));
    assertThat(one.backends().get("b")).isNotEqualTo(two.backends().get("b"));
  }

  /** Where a key stands, and what changes it, is told by {@link OtherValues}. */
  static Set<String> keys() {
    return Keys.leaves();
  }

  @ParameterizedTest
  @MethodSource("keys")
  void everyKeyMakesADifference(String key) throws ConfigException {
    OtherValues.Change change = OtherValues.of(key);
    SluiceConfig before = read(BASE + change.given());
    SluiceConfig after = read(BASE + change.given() + "\n" + change.setting());

    assertThat(after).as(change.toString()).isNotEqualTo(before);
    if (key.startsWith("sluice.frontends.*")) {
      assertThat(after.frontends().get("f")).isNotEqualTo(before.frontends().get("f"));
      assertThat(after.backends()).isEqualTo(before.backends());
      assertThat(after.mirrors()).isEqualTo(before.mirrors());
    } else if (key.startsWith("sluice.backends.*")) {
      assertThat(after.backends().get("b")).isNotEqualTo(before.backends().get("b"));
      assertThat(after.backends().get("other")).isEqualTo(before.backends().get("other"));
      assertThat(after.frontends()).isEqualTo(before.frontends());
    }
  }

  @Test
  void onlyTheContentOfAListsFileMakesADifference() throws Exception {
    Path file = Files.writeString(folder.resolve("list"), "10.0.0.0/8\n");
    for (String use :
        List.of("deny", "allow", "accept-proxy-protocol.require", "accept-proxy-protocol.reject")) {
      String hocon = BASE + "sluice.frontends.f." + use + " = [\"file:" + file + "\", \"1.1.1.1\"]";
      Files.writeString(file, "10.0.0.0/8\n");
      SluiceConfig before = read(hocon);

      Files.writeString(file, "# with a comment\n10.0.0.0/8\n");
      assertThat(read(hocon)).isEqualTo(before);

      Files.writeString(file, "10.0.0.0/9\n");
      assertThat(read(hocon).frontends().get("f"))
          .as(use)
          .isNotEqualTo(before.frontends().get("f"));
    }
  }

  @Test
  void everyRecordHoldsNothingButValues() {
    Set<Class<?>> seen = new HashSet<>();
    hold(SluiceConfig.class, "SluiceConfig", seen);

    assertThat(seen)
        .contains(
            FrontendConfig.class,
            BackendConfig.ServerConfig.class,
            MirrorConfig.class,
            CheckKind.SendExpect.class,
            Cidr.class,
            SourceAddress.class);
  }

  /** Whether everything that can stand here has an {@code equals} that looks inside. */
  private static void hold(Type type, String where, Set<Class<?>> seen) {
    if (type instanceof ParameterizedType generic) {
      assertThat(generic.getRawType()).as(where).isIn(List.class, Map.class, Optional.class);
      Arrays.stream(generic.getActualTypeArguments()).forEach(inner -> hold(inner, where, seen));
      return;
    }
    Class<?> held = (Class<?>) type;
    if (VALUES.contains(held) || held.isEnum() || !seen.add(held)) {
      return;
    }
    if (held.isSealed()) {
      Arrays.stream(held.getPermittedSubclasses()).forEach(sub -> hold(sub, where, seen));
      return;
    }
    assertThat(held.isRecord()).as(where + " is a " + held.getName()).isTrue();
    assertThat(held.getDeclaredMethods())
        .as(held + " compares what it holds, all of it")
        .filteredOn(method -> !method.isSynthetic() && method.getName().equals("equals"))
        .allMatch(method -> method.getParameterTypes()[0] == Object.class);
    for (RecordComponent component : held.getRecordComponents()) {
      hold(component.getGenericType(), where + "." + component.getName(), seen);
    }
  }
}
