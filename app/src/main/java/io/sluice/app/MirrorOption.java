package io.sluice.app;

import io.sluice.config.Problem;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * One {@code --mirror TO[,key=value...]}. What it says is checked where the configuration is; here
 * it is only taken apart.
 *
 * @param text as it was given
 * @param keys {@code to} and the others, in the order given
 */
record MirrorOption(String text, Map<String, String> keys) {

  /** Takes the option apart. */
  static final class Converter implements ITypeConverter<MirrorOption> {
    @Override
    public MirrorOption convert(String text) {
      String[] parts = text.split(",", -1);
      Map<String, String> keys = new LinkedHashMap<>();
      keys.put("to", parts[0]);
      for (int i = 1; i < parts.length; i++) {
        int equals = parts[i].indexOf('=');
        if (equals <= 0) {
          throw new TypeConversionException("after the target comes key=value, not " + parts[i]);
        }
        String key = parts[i].substring(0, equals);
        if (keys.putIfAbsent(key, parts[i].substring(equals + 1)) != null) {
          throw new TypeConversionException(key + " is given twice");
        }
      }
      return new MirrorOption(text, keys);
    }
  }

  /** The name of the mirror that the option at {@code index} stands for: m1, m2, ... */
  static String name(int index) {
    return "m" + (index + 1);
  }

  /** Where the option at {@code index} stands in the configuration. */
  static String path(int index) {
    return "sluice.mirrors." + name(index);
  }

  /** A problem of the mirror of this option in the words of the command line. */
  String described(Problem problem) {
    String key = problem.key().replaceFirst("sluice\\.mirrors\\.m\\d+\\.?", "");
    var line = new StringBuilder("--mirror ").append(text).append(": ").append(key);
    if (!key.isEmpty()) {
      line.append(problem.value().isEmpty() ? "" : " = " + problem.value()).append(": ");
    }
    String remedy = problem.suggestion();
    return line.append(problem.rule()).append(remedy.isEmpty() ? "" : "; " + remedy).toString();
  }
}
