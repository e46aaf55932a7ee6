package io.sluice.config;

import io.sluice.config.ConfigSection.Text;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Reads the steps of a {@code send-expect} check. */
final class CheckStepParser {

  /** The buffer that an answer has to fit into. */
  private static final int BYTES_MAX = 16 << 10;

  private static final List<String> KEYS =
      List.of("send", "send-hex", "expect", "expect-hex", "expect-regex");

  private CheckStepParser() {}

  /** The steps that are good; what is wrong with the others is reported. */
  static List<CheckStep> steps(ConfigSection section, String key) {
    List<CheckStep> steps = new ArrayList<>();
    for (Map<String, Text> object : section.objects(key)) {
      boolean known = true;
      for (Map.Entry<String, Text> entry : object.entrySet()) {
        if (!KEYS.contains(entry.getKey())) {
          known = false;
          section
              .findings()
              .error(
                  entry.getValue().place(),
                  "unknown key",
                  Spelling.didYouMean(entry.getKey(), KEYS));
        }
      }
      if (object.size() != 1) {
        section
            .findings()
            .error(section.place(key), "each step has one of " + String.join(", ", KEYS));
      } else if (known) {
        Map.Entry<String, Text> only = object.entrySet().iterator().next();
        try {
          steps.add(step(only.getKey(), only.getValue().text()));
        } catch (IllegalArgumentException e) {
          section.findings().error(only.getValue().place(), e.getMessage());
        }
      }
    }
    return steps;
  }

  private static CheckStep step(String key, String text) {
    return switch (key) {
      case "send" -> new CheckStep.Send(bounded(bytes(text)));
      case "send-hex" -> new CheckStep.Send(bounded(hex(text)));
      case "expect" -> new CheckStep.Expect(bounded(bytes(text)), false);
      case "expect-hex" -> new CheckStep.Expect(bounded(hex(text)), true);
      default -> new CheckStep.ExpectRegex(regex(text));
    };
  }

  /** The bytes of {@code text} in UTF-8, a char for each. */
  static String bytes(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  private static String bounded(String bytes) {
    if (bytes.isEmpty() || bytes.length() > BYTES_MAX) {
      throw new IllegalArgumentException("must have 1 to " + BYTES_MAX + " bytes");
    }
    return bytes;
  }

  private static String hex(String text) {
    try {
      byte[] bytes = HexFormat.of().parseHex(text.replace(" ", ""));
      return new String(bytes, StandardCharsets.ISO_8859_1);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("must be pairs of hex digits, such as \"0d 0a\"", e);
    }
  }

  private static String regex(String text) {
    if (!text.chars().allMatch(c -> c < 0x80)) {
      throw new IllegalArgumentException("must be ASCII: bytes beyond it are written \\xNN");
    }
    try {
      return Pattern.compile(text).pattern();
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "is no regular expression: " + e.getDescription() + " at " + e.getIndex(), e);
    }
  }
}
