package io.sluice.app;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/**
 * Options that beat the configuration. Their values are checked where the configuration is: one
 * rule, one message.
 */
final class LoopOptions {
  /** Where these values come from, in messages. */
  static final String ORIGIN = "command line";

  @Option(
      names = "--transport",
      paramLabel = "auto|epoll|nio",
      description = "The way to the operating system; auto takes epoll where it works.")
  private String transport;

  @Option(
      names = "--pump",
      paramLabel = "auto|splice|copy",
      description = "How bytes are moved; auto decides for each flow by the size of its reads.")
  private String pump;

  @Option(
      names = "--threads",
      paramLabel = "N|auto",
      description = "Number of event loops; auto is one per core.")
  private String threads;

  /** Full path of the key to the value, of the options that were given. */
  Map<String, String> overrides() {
    Map<String, String> given = new LinkedHashMap<>();
    put(given, "sluice.transport", transport);
    put(given, "sluice.pump.mode", pump);
    put(given, "sluice.threads", threads);
    return given;
  }

  private static void put(Map<String, String> given, String key, String value) {
    if (value != null) {
      given.put(key, value);
    }
  }
}
