package io.sluice.app.reload;

import io.sluice.config.AddressList;
import io.sluice.config.Cidr;
import io.sluice.config.EffectiveConfig;
import io.sluice.config.Loaded;
import io.sluice.config.Setting;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a process runs, as it tells it: lines of a word and fields, with tabs between them.
 *
 * <pre>
 *   file      absolute path                 at most once; not where there is no file
 *   override  key, value                    for each option of the command line
 *   setting   key, value, origin, source    for each key
 *   list      path                          for each file of addresses, then for each entry:
 *   entry     address or block, or unix
 * </pre>
 *
 * @param file the configuration file
 * @param overrides what beats it
 */
public record RunningConfig(
    Optional<Path> file, Map<String, String> overrides, EffectiveConfig effective) {

  private static final String FILE = "file";
  private static final String OVERRIDE = "override";
  private static final String SETTING = "setting";
  private static final String LIST = "list";
  private static final String ENTRY = "entry";
  private static final String UNIX = "unix";

  public RunningConfig {
    overrides = Map.copyOf(overrides);
  }

  static RunningConfig of(Optional<ConfigSource> source, Loaded loaded) {
    return new RunningConfig(
        source.map(s -> s.file().toAbsolutePath()),
        source.map(ConfigSource::overrides).orElse(Map.of()),
        EffectiveConfig.of(loaded));
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    file.ifPresent(path -> lines.add(line(FILE, path.toString())));
    overrides.forEach((key, value) -> lines.add(line(OVERRIDE, key, value)));
    for (Setting s : effective.settings()) {
      lines.add(line(SETTING, s.path(), s.value(), s.origin(), s.source()));
    }
    effective
        .lists()
        .forEach(
            (path, list) -> {
              lines.add(line(LIST, path));
              list.blocks().forEach(block -> lines.add(line(ENTRY, block.toString())));
              if (list.unix()) {
                lines.add(line(ENTRY, UNIX));
              }
            });
    return lines;
  }

  /**
   * The opposite of {@link #lines}. Words that it does not know are passed over: a later version
   * may have more to tell.
   *
   * @throws IOException when a line is not what its word promises
   */
  public static RunningConfig of(List<String> lines) throws IOException {
    Optional<Path> file = Optional.empty();
    Map<String, String> overrides = new LinkedHashMap<>();
    List<Setting> settings = new ArrayList<>();
    Map<String, List<String>> lists = new HashMap<>();
    List<String> entries = new ArrayList<>();
    for (String line : lines) {
      String[] fields = line.split("\t", -1);
      try {
        switch (fields[0]) {
          case FILE -> file = Optional.of(Path.of(field(fields, 1)));
          case OVERRIDE -> overrides.put(field(fields, 1), field(fields, 2));
          case SETTING ->
              settings.add(
                  new Setting(
                      field(fields, 1), field(fields, 2), field(fields, 3), field(fields, 4)));
          case LIST -> {
            entries = new ArrayList<>();
            lists.put(field(fields, 1), entries);
          }
          case ENTRY -> entries.add(field(fields, 1));
          default -> {}
        }
      } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
        throw new IOException("the process told something else than its configuration: " + line, e);
      }
    }
    return new RunningConfig(file, overrides, new EffectiveConfig(settings, addresses(lists)));
  }

  private static Map<String, AddressList> addresses(Map<String, List<String>> entries)
      throws IOException {
    Map<String, AddressList> lists = new HashMap<>();
    for (Map.Entry<String, List<String>> list : entries.entrySet()) {
      boolean unix = list.getValue().contains(UNIX);
      try {
        List<Cidr> blocks =
            list.getValue().stream().filter(text -> !text.equals(UNIX)).map(Cidr::parse).toList();
        lists.put(list.getKey(), new AddressList(blocks, unix));
      } catch (IllegalArgumentException e) {
        throw new IOException("the process told an address that is none: " + e.getMessage(), e);
      }
    }
    return lists;
  }

  private static String line(String word, String... fields) {
    StringBuilder line = new StringBuilder(word);
    for (String field : fields) {
      line.append('\t');
      field
          .chars()
          .forEach(
              c ->
                  line.append(
                      switch (c) {
                        case '\\' -> "\\\\";
                        case '\t' -> "\\t";
                        case '\n' -> "\\n";
                        case '\r' -> "\\r";
                        default -> String.valueOf((char) c);
                      }));
    }
    return line.toString();
  }

  private static String field(String[] fields, int index) {
    String field = fields[index];
    StringBuilder text = new StringBuilder(field.length());
    for (int i = 0; i < field.length(); i++) {
      char c = field.charAt(i);
      if (c == '\\' && i + 1 < field.length()) {
        i++;
        c =
            switch (field.charAt(i)) {
              case 't' -> '\t';
              case 'n' -> '\n';
              case 'r' -> '\r';
              default -> field.charAt(i);
            };
      }
      text.append(c);
    }
    return text.toString();
  }
}
