package io.sluice.config;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.regex.Pattern;

/** Values of a configuration as operators wrote them. */
final class Shown {
  private static final Pattern BARE = Pattern.compile("(?!true$|false$|null$)[A-Za-z0-9_-]+");
  private static final int SHOWN_MAX = 80;

  private Shown() {}

  /** As written: 007 stays 007. */
  static String text(ConfigValue value) {
    return switch (value.valueType()) {
      case STRING, NUMBER, BOOLEAN -> value.atKey("as").getString("as");
      case LIST, OBJECT, NULL -> value.render(ConfigRenderOptions.concise());
    };
  }

  /** As HOCON reads it; a plain word stands without quotes if {@code bareWords} lets it. */
  static String of(ConfigValue value, boolean bareWords) {
    String text = text(value);
    boolean bare = bareWords && value.valueType() == ConfigValueType.STRING;
    return bare && BARE.matcher(text).matches()
        ? text
        : value.render(ConfigRenderOptions.concise());
  }

  /** A value at its place, for messages: not an object, and not all of a long one. */
  static Place place(String fullPath, ConfigValue value) {
    String shown = value instanceof ConfigObject ? "" : of(value, false);
    return new Place(
        fullPath,
        shown.length() > SHOWN_MAX ? shown.substring(0, SHOWN_MAX) + "..." : shown,
        ConfigLoader.origin(value.origin()));
  }
}
