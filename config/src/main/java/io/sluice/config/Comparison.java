package io.sluice.config;

import io.sluice.config.Difference.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Finds what two configurations differ in; see {@link ConfigDiff} for what counts. One use. */
final class Comparison {
  /** Of a value in a line. */
  private static final int SHOWN_MAX = 160;

  /** Of a long value before the place where it differs. */
  private static final int CONTEXT = 20;

  private static final int ENTRIES_SHOWN = 5;

  private final Map<String, Setting> before;
  private final Map<String, Setting> after;
  private final Map<String, AddressList> listsBefore;
  private final Map<String, AddressList> listsAfter;
  private final Map<String, List<String>> sections = new HashMap<>();
  private final List<Difference> differences = new ArrayList<>();

  Comparison(EffectiveConfig before, EffectiveConfig after) {
    this.before = byPath(before);
    this.after = byPath(after);
    listsBefore = before.lists();
    listsAfter = new TreeMap<>(after.lists());
  }

  private static Map<String, Setting> byPath(EffectiveConfig config) {
    Map<String, Setting> byPath = new LinkedHashMap<>();
    config.settings().forEach(setting -> byPath.put(setting.path(), setting));
    return byPath;
  }

  List<Difference> differences() {
    Map<String, Integer> heirs = heirs();
    oneSided(after, before, Kind.ADDED, heirs);
    oneSided(before, after, Kind.REMOVED, Map.of());
    listsAfter.forEach(this::compareLists);
    return List.copyOf(differences);
  }

  private boolean isChanged(Setting now) {
    Setting then = before.get(now.path());
    return then != null && !then.value().equals(now.value());
  }

  /** How many changed keys have their change from each key, by the path of that key. */
  private Map<String, Integer> heirs() {
    Map<String, Integer> heirs = new HashMap<>();
    for (Setting now : after.values()) {
      if (isChanged(now) && isHeir(now)) {
        heirs.merge(now.source(), 1, Integer::sum);
      }
    }
    return heirs;
  }

  /** Whether a changed key has changed only because the one it inherits from has. */
  private boolean isHeir(Setting now) {
    Setting source = after.get(now.source());
    return source != null
        && !now.source().equals(now.path())
        && now.source().equals(before.get(now.path()).source())
        && isChanged(source);
  }

  /**
   * What only {@code these} have, and with {@code ADDED} also what has changed.
   *
   * @param heirs by path, for the note of what has changed
   */
  private void oneSided(
      Map<String, Setting> these,
      Map<String, Setting> others,
      Kind kind,
      Map<String, Integer> heirs) {
    Set<List<String>> otherSections = new HashSet<>();
    others.keySet().forEach(path -> otherSections.add(section(path)));
    Set<List<String>> told = new HashSet<>();
    for (Setting setting : these.values()) {
      List<String> section = section(setting.path());
      if (!otherSections.contains(section)) {
        if (told.add(section)) {
          addSection(section, these, kind);
        }
      } else if (!others.containsKey(setting.path())) {
        add(kind, setting.path(), shown(setting.value(), 0), setting.origin());
      } else if (kind == Kind.ADDED && isChanged(setting) && !isHeir(setting)) {
        addChange(setting, heirs.getOrDefault(setting.path(), 0));
      }
    }
  }

  private void add(Kind kind, String path, String value, String origin) {
    boolean added = kind == Kind.ADDED;
    differences.add(new Difference(kind, path, added ? "" : value, added ? value : "", "", origin));
  }

  /** One line with what is written in it, without what it inherits. */
  private void addSection(List<String> section, Map<String, Setting> all, Kind kind) {
    List<Setting> own =
        all.values().stream()
            .filter(setting -> setting.source().equals(setting.path()))
            .filter(setting -> section(setting.path()).equals(section))
            .toList();
    String content =
        own.stream()
            .map(setting -> key(setting, section) + " = " + shown(setting.value(), 0))
            .collect(Collectors.joining(", ", "{ ", " }"));
    add(kind, ConfigSection.render(section), content, own.isEmpty() ? "" : own.get(0).origin());
  }

  private static String key(Setting setting, List<String> section) {
    List<String> elements = ConfigLoader.elements(setting.path());
    return ConfigSection.render(elements.subList(section.size(), elements.size()));
  }

  private void addChange(Setting now, int heirs) {
    String then = before.get(now.path()).value();
    int same = 0;
    while (same < Math.min(then.length(), now.value().length())
        && then.charAt(same) == now.value().charAt(same)) {
      same++;
    }
    String note = heirs == 0 ? "" : "inherited by " + heirs + (heirs == 1 ? " key" : " keys");
    differences.add(
        new Difference(
            Kind.CHANGED,
            now.path(),
            shown(then, same),
            shown(now.value(), same),
            note,
            now.origin()));
  }

  /** As much of a value as fits, with the place at which it differs. */
  private static String shown(String value, int differsAt) {
    if (value.length() <= SHOWN_MAX) {
      return value;
    }
    int from = differsAt + CONTEXT < SHOWN_MAX ? 0 : differsAt - CONTEXT;
    int to = Math.min(value.length(), from + SHOWN_MAX);
    return (from > 0 ? "..." : "") + value.substring(from, to) + (to < value.length() ? "..." : "");
  }

  /** The innermost section with a name of the operator's choice; empty for keys outside of them. */
  private List<String> section(String path) {
    return sections.computeIfAbsent(
        path,
        whole -> {
          List<String> elements = ConfigLoader.elements(whole);
          boolean named =
              elements.size() > 3
                  && Set.of("frontends", "backends", "mirrors").contains(elements.get(1));
          if (!named) {
            return List.of();
          }
          return List.copyOf(
              elements.size() > 5 && elements.get(3).equals("servers")
                  ? elements.subList(0, 5)
                  : elements.subList(0, 3));
        });
  }

  private void compareLists(String file, AddressList now) {
    AddressList then = listsBefore.get(file);
    if (then == null || then.equals(now)) {
      return; // Where only one names it, the key that does so has changed.
    }
    Set<String> entriesThen = entries(then);
    Set<String> fresh = entries(now);
    Set<String> stale = new TreeSet<>(entriesThen);
    stale.removeAll(fresh);
    int count = fresh.size();
    fresh.removeAll(entriesThen);
    if (!fresh.isEmpty() || !stale.isEmpty()) {
      List<String> notes = new ArrayList<>();
      note("added", fresh, notes);
      note("removed", stale, notes);
      differences.add(
          new Difference(
              Kind.CHANGED,
              "file:" + file,
              count(entriesThen.size()),
              count(count),
              String.join(", ", notes),
              ""));
    }
  }

  private static Set<String> entries(AddressList list) {
    Set<String> entries = new TreeSet<>();
    list.blocks().forEach(block -> entries.add(block.toString()));
    if (list.unix()) {
      entries.add("unix");
    }
    return entries;
  }

  private static String count(int entries) {
    return entries + (entries == 1 ? " entry" : " entries");
  }

  private static void note(String what, Set<String> entries, List<String> notes) {
    if (!entries.isEmpty()) {
      String some = entries.stream().limit(ENTRIES_SHOWN).collect(Collectors.joining(" "));
      int more = entries.size() - ENTRIES_SHOWN;
      notes.add(what + " " + some + (more > 0 ? " and " + more + " more" : ""));
    }
  }
}
