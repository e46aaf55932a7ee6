package io.sluice.config;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * One object of the configuration, read key by key.
 *
 * <p>A getter that meets a bad value reports it and returns a value without meaning (0, empty): the
 * configuration is refused as a whole, so nobody sees it. What a section does not hold itself it
 * takes from the section it inherits from, see {@link Keys}.
 */
final class ConfigSection {

  /** A word that stands for a value, such as {@code none} for a duration of zero. */
  record Word<T>(String text, T value) {}

  /** A string with its place. */
  record Text(String text, Place place) {}

  /** A value with its place, which an inherited value keeps. */
  private record Found(Place place, ConfigValue value) {}

  /** What all sections of one configuration share. */
  private record Reading(ConfigLoader loader, Findings findings, Map<String, Setting> settings) {}

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.:-]+");

  private final Reading reading;
  private final List<String> path;
  private final String pattern;
  private final ConfigObject object;
  private final ConfigSection inherited;

  /** Something else stands in place of the object; that is reported, what it lacks is not. */
  private final boolean broken;

  private ConfigSection(
      Reading reading,
      List<String> path,
      String pattern,
      ConfigObject object,
      ConfigSection inherited,
      boolean broken) {
    this.reading = reading;
    this.path = List.copyOf(path);
    this.pattern = pattern;
    this.object = object;
    this.inherited = inherited;
    this.broken = broken;
    checkKeys();
  }

  static ConfigSection root(ConfigObject object, ConfigLoader loader, Findings findings) {
    var reading = new Reading(loader, findings, new LinkedHashMap<>());
    return new ConfigSection(reading, List.of(), "", object, null, false);
  }

  private void checkKeys() {
    boolean named = Keys.isKnown(pattern, Keys.NAME);
    object.forEach(
        (key, value) -> {
          if (!Keys.isKnown(pattern, key)) {
            findings()
                .error(
                    ConfigLoader.place(pathOf(key), value),
                    "unknown key",
                    Keys.remedy(pattern, key));
          } else if (named && !NAME.matcher(key).matches()) {
            findings()
                .error(
                    ConfigLoader.place(pathOf(key), value),
                    "a name has only letters, digits and _ . : -");
          }
        });
  }

  Findings findings() {
    return reading.findings();
  }

  /** Every setting read so far, in the order of reading. */
  List<Setting> settings() {
    return List.copyOf(reading.settings().values());
  }

  String name() {
    return path.get(path.size() - 1);
  }

  /** Whether this section, or one it inherits from, is no object, which is then reported. */
  boolean isBroken() {
    return broken || (inherited != null && inherited.isBroken());
  }

  /** The section itself, for messages. */
  Place place() {
    return new Place(render(path), "", ConfigLoader.origin(object.origin()));
  }

  /** The place of a value, its own or inherited; the section's place when there is none. */
  Place place(String key) {
    Found found = find(key);
    return found == null ? new Place(pathOf(key), "", place().origin()) : found.place();
  }

  /** Whether the section itself has a value for {@code key}, rather than by inheritance. */
  boolean isSet(String key) {
    ConfigValue value = object.get(key);
    return value != null && value.valueType() != ConfigValueType.NULL;
  }

  /** A section inside this one; empty when the file does not have it. */
  ConfigSection section(String key) {
    boolean inherits = inherited != null && Keys.isKnown(inherited.pattern, key);
    return section(key, inherits ? inherited.section(key) : null);
  }

  /** The same, but it inherits from {@code parent}, or from nothing if that is null. */
  ConfigSection section(String key, ConfigSection parent) {
    assert Keys.isKnown(pattern, key) : pattern + " " + key;
    return child(key, Keys.join(pattern, key), parent);
  }

  /**
   * The sections with names of the operator's choice inside this one, in the order of the file.
   *
   * @param parent what they inherit from, or null
   * @param shorthand the key that a plain string in place of a section stands for, or null
   */
  List<ConfigSection> named(ConfigSection parent, String shorthand) {
    assert Keys.isKnown(pattern, Keys.NAME) : pattern;
    List<ConfigSection> sections = new ArrayList<>();
    String inside = Keys.join(pattern, Keys.NAME);
    for (String key : reading.loader().inFileOrder(object, path)) {
      ConfigValue value = object.get(key);
      if (shorthand != null && value.valueType() == ConfigValueType.STRING) {
        ConfigObject held = value.atKey(shorthand).root().withOrigin(value.origin());
        sections.add(new ConfigSection(reading, append(key), inside, held, parent, false));
      } else {
        sections.add(child(key, inside, parent));
      }
    }
    return sections;
  }

  private ConfigSection child(String key, String childPattern, ConfigSection parent) {
    ConfigValue value = object.get(key);
    if (value instanceof ConfigObject held) {
      return new ConfigSection(reading, append(key), childPattern, held, parent, false);
    }
    if (value != null) {
      findings()
          .error(ConfigLoader.place(pathOf(key), value), "must be an object: " + key + " { ... }");
    }
    ConfigObject empty = ConfigValueFactory.fromMap(Map.of(), object.origin().description());
    boolean isBroken = broken || value != null;
    return new ConfigSection(reading, append(key), childPattern, empty, parent, isBroken);
  }

  boolean bool(String key) {
    return read(key, "true or false", false, value -> value.atKey(key).getBoolean(key));
  }

  /** A whole number from {@code min} to {@code max}, or what a word (null: none) stands for. */
  int integer(String key, int min, int max, Word<Integer> word) {
    String expected = orWord(word, "a whole number between " + min + " and " + max);
    return read(
        key,
        expected,
        0,
        value -> {
          String text = ConfigLoader.text(value);
          if (word != null && text.equals(word.text())) {
            return word.value();
          }
          long number = Long.parseLong(text);
          return number < min || number > max ? null : (int) number;
        });
  }

  /** A size in bytes from {@code min} to {@code max}, or what a word (null: none) stands for. */
  int bytes(String key, int min, int max, Word<Integer> word) {
    Word<Long> wide = word == null ? null : new Word<>(word.text(), (long) word.value());
    return (int) size(key, min, max, wide);
  }

  /** The same for sizes of files. */
  long size(String key, long min, long max, Word<Long> word) {
    String range = "between " + Units.bytes(min) + " and " + Units.bytes(max);
    String expected = orWord(word, "a size such as 64KiB, " + range);
    return read(
        key,
        expected,
        0L,
        value -> {
          if (word != null && ConfigLoader.text(value).equals(word.text())) {
            return word.value();
          }
          long size = value.atKey(key).getBytes(key);
          return size < min || size > max ? null : size;
        });
  }

  /** A duration from {@code min} to {@code max}, or a word (null: none) or its value. */
  Duration duration(String key, Duration min, Duration max, Word<Duration> word) {
    String range = "between " + Units.duration(min) + " and " + Units.duration(max);
    String expected = orWord(word, "a duration such as 30s, 5m or 500ms, " + range);
    return read(
        key,
        expected,
        Duration.ZERO,
        value -> {
          if (word != null && ConfigLoader.text(value).equals(word.text())) {
            return word.value();
          }
          Duration duration = value.atKey(key).getDuration(key);
          boolean inRange = duration.compareTo(min) >= 0 && duration.compareTo(max) <= 0;
          return inRange || (word != null && duration.equals(word.value())) ? duration : null;
        });
  }

  private static String orWord(Word<?> word, String expected) {
    return word == null ? expected : expected + ", or " + word.text();
  }

  /** One of the constants of an enum, written in lower case with dashes; null after a problem. */
  <E extends Enum<E>> E choice(String key, Class<E> type) {
    Map<String, E> choices = new LinkedHashMap<>();
    for (E constant : type.getEnumConstants()) {
      choices.put(constant.name().toLowerCase(Locale.ROOT).replace('_', '-'), constant);
    }
    Found found = note(key);
    if (found == null) {
      return null;
    }
    String text = ConfigLoader.text(found.value());
    E choice = choices.get(text);
    if (choice == null) {
      findings()
          .error(
              found.place(),
              "must be " + String.join(" or ", choices.keySet()),
              Spelling.didYouMean(text, choices.keySet()));
    }
    return choice;
  }

  /** Text that matches {@code form}; the word stands for a value. Empty after a problem. */
  String text(String key, Pattern form, String expected, Word<String> word) {
    return read(
        key,
        orWord(word, expected),
        "",
        value -> {
          String text = ConfigLoader.text(value);
          if (word != null && text.equals(word.text())) {
            return word.value();
          }
          return form.matcher(text).matches() ? text : null;
        });
  }

  /** One string; empty after a problem. */
  Optional<Text> string(String key) {
    Found found = note(key);
    return found == null
        ? Optional.empty()
        : ConfigLoader.string(findings(), found.place(), found.value());
  }

  /** One string, or the strings of a list, each with its own place. */
  List<Text> strings(String key) {
    if (find(key) != null && find(key).value() instanceof ConfigList list && list.isEmpty()) {
      findings().error(place(key), "must not be empty");
    }
    return list(key);
  }

  /** The same where an empty list has a meaning. */
  List<Text> list(String key) {
    Found found = note(key);
    if (found == null) {
      return List.of();
    }
    if (!(found.value() instanceof ConfigList list)) {
      return string(key).stream().toList();
    }
    return ConfigLoader.strings(findings(), found.place().key(), list);
  }

  /** Names of the operator's choice, in alphabetical order, with the string behind each. */
  Map<String, Text> table(String key) {
    Found found = note(key);
    if (found != null && !(found.value() instanceof ConfigObject)) {
      findings().error(found.place(), "must be an object: " + key + " { \"name\" = value }");
    }
    if (found == null || !(found.value() instanceof ConfigObject held)) {
      return Map.of();
    }
    return ConfigLoader.strings(
        findings(), found.place().key(), held, "a name with dots in it must be in quotes");
  }

  /** The objects of a list, each as its keys with their values, which must be strings. */
  List<Map<String, Text>> objects(String key) {
    Found found = note(key);
    List<Map<String, Text>> objects = new ArrayList<>();
    if (found != null && !(found.value() instanceof ConfigList)) {
      findings().error(found.place(), "must be a list of objects: [ { ... }, ... ]");
    } else if (found != null) {
      String at = found.place().key();
      for (ConfigValue value : (ConfigList) found.value()) {
        if (value instanceof ConfigObject object) {
          objects.add(ConfigLoader.strings(findings(), at, object, ConfigLoader.NO_STRING));
        } else {
          findings().error(ConfigLoader.place(at, value), "must be an object: { ... }");
        }
      }
    }
    return objects;
  }

  /** What {@code conversion} makes of a value; it returns null for one that is out of range. */
  private <T> T read(
      String key, String expected, T meaningless, Function<ConfigValue, T> conversion) {
    Found found = note(key);
    if (found == null) {
      return meaningless;
    }
    T converted = null;
    try {
      converted = conversion.apply(found.value());
    } catch (ConfigException | NumberFormatException e) {
      // Whatever the library disliked, the operator needs the rule.
    }
    if (converted == null) {
      findings().error(found.place(), "must be " + expected);
      return meaningless;
    }
    return converted;
  }

  /** Finds a value that must be there and notes it as part of the effective configuration. */
  private Found note(String key) {
    Found found = find(key);
    if (found == null) {
      if (!isBroken()) {
        findings().error(place(key), "is missing");
      }
      return null;
    }
    String at = pathOf(key);
    String shown = ConfigLoader.shown(found.value(), true);
    String origin = found.place().origin().toString();
    reading.settings().put(at, new Setting(at, shown, origin, found.place().key()));
    return found;
  }

  private Found find(String key) {
    assert Keys.isKnown(pattern, key) : pattern + " " + key;
    if (isSet(key)) {
      ConfigValue value = object.get(key);
      return new Found(ConfigLoader.place(pathOf(key), value), value);
    }
    boolean inherits = inherited != null && Keys.isKnown(inherited.pattern, key);
    return inherits ? inherited.find(key) : null;
  }

  private List<String> append(String key) {
    List<String> longer = new ArrayList<>(path);
    longer.add(key);
    return longer;
  }

  private String pathOf(String key) {
    return render(append(key));
  }

  /** A path as HOCON reads it: elements that would not stand alone are quoted. */
  static String render(List<String> path) {
    return ConfigUtil.joinPath(path);
  }
}
