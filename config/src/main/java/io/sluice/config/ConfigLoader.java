package io.sluice.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import com.typesafe.config.parser.ConfigDocument;
import com.typesafe.config.parser.ConfigDocumentFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * HOCON text with everything that belongs to it: includes, the environment, overrides and the
 * defaults of {@code reference.conf}.
 *
 * <p>Knows where things stand in the text, which the library only half does: it keeps lines, but
 * neither the order of keys nor their columns.
 */
final class ConfigLoader {

  /** Of a value in a message. */
  private static final int SHOWN_MAX = 80;

  static final String NO_STRING = "must be a string in quotes";

  private static final String REFERENCE = "reference.conf";
  private static final Pattern LINES = Pattern.compile("(.*?)( @ \\w+:.*)?: (\\d+)(-\\d+)?");
  private static final Pattern SEVERAL = Pattern.compile("merge of ([^,]*).*", Pattern.DOTALL);
  private static final ConfigParseOptions STRICT =
      ConfigParseOptions.defaults().setAllowMissing(false);

  private static final Pattern BARE = Pattern.compile("(?!true$|false$|null$)[A-Za-z0-9_-]+");

  /** Advice to rename the file, and the fifty steps of an include that includes itself. */
  private static final String MISLEADING =
      ", or you may be able to rename the file .properties rather than .conf| Trace: \\[.*";

  /** Texts by source, to find the order of keys on one line. */
  private final Map<String, String> texts = new HashMap<>();

  private final String mainSource;
  private final Config written;

  private ConfigLoader(String mainSource, Config written) {
    this.mainSource = mainSource;
    this.written = written;
  }

  static ConfigLoader file(Path file) throws ConfigException {
    String source = file.toString();
    if (!Files.exists(file)) {
      throw unusable(source, 0, "no such file");
    }
    if (Files.isDirectory(file)) {
      throw unusable(source, 0, "is a directory, not a file");
    }
    if (!Files.isReadable(file)) {
      throw unusable(source, 0, "permission denied");
    }
    ConfigParseOptions hocon = STRICT.setSyntax(ConfigSyntax.CONF);
    return guarded(
        source, () -> new ConfigLoader(source, ConfigFactory.parseFile(file.toFile(), hocon)));
  }

  static ConfigLoader text(String source, String hocon) throws ConfigException {
    ConfigParseOptions options = STRICT.setOriginDescription(source);
    ConfigLoader loader =
        guarded(source, () -> new ConfigLoader(source, ConfigFactory.parseString(hocon, options)));
    loader.texts.put(source, hocon);
    return loader;
  }

  /** Overrides beat the file, the file beats {@code reference.conf}; substitutions come last. */
  ConfigSection load(Map<String, ?> overrides, String overridesSource, Findings findings)
      throws ConfigException {
    Config above =
        guarded(overridesSource, () -> ConfigFactory.parseMap(overrides, overridesSource));
    Config whole =
        guarded(mainSource, () -> above.withFallback(written).withFallback(reference()).resolve());
    return ConfigSection.root(whole.root(), this, findings);
  }

  /** Only the key {@code sluice}: other libraries bring a file of this name too. */
  private static Config reference() {
    return ConfigFactory.parseResources(ConfigLoader.class.getClassLoader(), REFERENCE, STRICT)
        .withOnlyPath("sluice");
  }

  private interface Step<T> {
    T take();
  }

  /** Turns what the library throws into one problem with its line. */
  private static <T> T guarded(String source, Step<T> step) throws ConfigException {
    try {
      return step.take();
    } catch (StackOverflowError e) {
      // The library descends by calls. An error would end a process that only reads a file anew.
      throw unusable(source, 0, "is nested too deeply");
    } catch (com.typesafe.config.ConfigException e) {
      String message = e.getMessage().replaceFirst(MISLEADING, "");
      if (e.origin() == null || origin(e.origin()).line() == 0) {
        String rule = withoutPrefix(withoutPrefix(message, "path parameter"), source);
        throw unusable(source, 0, rule);
      }
      Origin origin = origin(e.origin());
      String rule = withoutPrefix(message, e.origin().description());
      if (isReference(origin)) {
        throw unusable(source, 0, "does not go with " + origin + ": " + rule);
      }
      throw unusable(origin.source(), origin.line(), rule);
    }
  }

  private static String withoutPrefix(String message, String prefix) {
    return message.startsWith(prefix + ": ") ? message.substring(prefix.length() + 2) : message;
  }

  private static ConfigException unusable(String source, int line, String rule) {
    return new ConfigException(
        List.of(new Problem(new Origin(source, line).toString(), "", "", rule, "")));
  }

  /** Whether a value is a default, which is not the operator's to mend. */
  static boolean isReference(Origin origin) {
    return origin.source().equals(REFERENCE);
  }

  /** The first place where a value or the first part of an object stands. */
  static Origin origin(ConfigOrigin hocon) {
    String description = hocon.description();
    Matcher several = SEVERAL.matcher(description);
    if (several.matches()) {
      description = several.group(1);
    }
    Matcher lines = LINES.matcher(description);
    if (!lines.matches()) {
      return new Origin(description, 0);
    }
    return new Origin(lines.group(1), Integer.parseInt(lines.group(3)));
  }

  /**
   * The keys of an object in the order in which they stand in the file. The library keeps lines
   * only: keys that share a line are looked up in the text.
   *
   * @param path of the object, every element from the root
   */
  List<String> inFileOrder(ConfigObject object, List<String> path) {
    record Key(String name, Origin origin, int column) {}
    // By text: a record's own hashCode is made at its first use, which costs a start 20 ms.
    Map<String, Long> perLine =
        object.values().stream()
            .collect(
                Collectors.groupingBy(
                    value -> origin(value.origin()).toString(), Collectors.counting()));
    List<Key> keys = new ArrayList<>();
    object.forEach(
        (name, value) -> {
          Origin origin = origin(value.origin());
          boolean alone = perLine.get(origin.toString()) == 1;
          keys.add(new Key(name, origin, alone ? 0 : column(origin, path, name)));
        });
    keys.sort(
        Comparator.comparing((Key key) -> key.origin().source())
            .thenComparingInt(key -> key.origin().line())
            .thenComparingInt(Key::column)
            .thenComparing(Key::name));
    return keys.stream().map(Key::name).toList();
  }

  /**
   * Where in its line a key stands, comparable with other keys of the same line. The text without
   * the key first differs from the whole text at the key.
   *
   * @param path of the object; an included file may hold only the end of it
   */
  private int column(Origin origin, List<String> path, String name) {
    String text = texts.computeIfAbsent(origin.source(), ConfigLoader::readOrEmpty);
    if (text.isEmpty()) {
      return 0;
    }
    try {
      List<String> whole = new ArrayList<>(path);
      whole.add(name);
      return column(text, whole);
    } catch (com.typesafe.config.ConfigException e) {
      return 0; // An included file in another syntax.
    }
  }

  private static int column(String text, List<String> path) {
    ConfigDocument document =
        ConfigDocumentFactory.parseString(
            text, ConfigParseOptions.defaults().setSyntax(ConfigSyntax.CONF));
    for (int from = 0; from < path.size(); from++) {
      String rest = ConfigSection.render(path.subList(from, path.size()));
      if (document.hasPath(rest)) {
        return firstDifference(text, document.withoutPath(rest).render());
      }
    }
    return 0;
  }

  /** The elements of a path that {@link ConfigSection#render} made. */
  static List<String> elements(String path) {
    return ConfigUtil.splitPath(path);
  }

  /** As written: 007 stays 007. */
  static String text(ConfigValue value) {
    return switch (value.valueType()) {
      case STRING, NUMBER, BOOLEAN -> value.atKey("as").getString("as");
      case LIST, OBJECT, NULL -> value.render(ConfigRenderOptions.concise());
    };
  }

  /** As HOCON would read it. */
  static String shown(ConfigValue value, boolean bareWords) {
    String text = text(value);
    boolean bare = bareWords && value.valueType() == ConfigValueType.STRING;
    return bare && BARE.matcher(text).matches()
        ? text
        : value.render(ConfigRenderOptions.concise());
  }

  private static String readOrEmpty(String source) {
    try {
      return Files.readString(Path.of(source));
    } catch (IOException | RuntimeException e) {
      return ""; // Not a file (an included resource): its keys of one line go by name.
    }
  }

  private static int firstDifference(String a, String b) {
    int i = 0;
    while (i < a.length() && i < b.length() && a.charAt(i) == b.charAt(i)) {
      i++;
    }
    return i;
  }

  /** A value at its place, for messages: not an object, and not all of a long one. */
  static Place place(String fullPath, ConfigValue value) {
    String shown = value instanceof ConfigObject ? "" : shown(value, false);
    return new Place(
        fullPath,
        shown.length() > SHOWN_MAX ? shown.substring(0, SHOWN_MAX) + "..." : shown,
        origin(value.origin()));
  }

  /** A string; empty after a problem. */
  static Optional<ConfigSection.Text> string(Findings findings, Place place, ConfigValue value) {
    if (value.valueType() == ConfigValueType.STRING) {
      return Optional.of(new ConfigSection.Text(text(value), place));
    }
    findings.error(place, NO_STRING);
    return Optional.empty();
  }

  /** The strings of a list whose path is {@code at}. */
  static List<ConfigSection.Text> strings(Findings findings, String at, ConfigList list) {
    return list.stream()
        .flatMap(value -> string(findings, place(at, value), value).stream())
        .toList();
  }

  /**
   * The strings of an object whose path is {@code at}, by their keys in alphabetical order.
   *
   * @param ifObject what is wrong where another object stands in place of a string
   */
  static Map<String, ConfigSection.Text> strings(
      Findings findings, String at, ConfigObject object, String ifObject) {
    Map<String, ConfigSection.Text> strings = new TreeMap<>();
    object.forEach(
        (name, value) -> {
          Place place = place(at + "." + ConfigUtil.joinPath(name), value);
          if (value instanceof ConfigObject) {
            findings.error(place, ifObject);
          } else {
            string(findings, place, value).ifPresent(text -> strings.put(name, text));
          }
        });
    return strings;
  }
}
