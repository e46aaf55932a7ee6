package io.sluice.app.convert;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * One section of a {@code haproxy.cfg}.
 *
 * @param kind {@code global}, {@code defaults}, {@code frontend}, …
 * @param name empty where it has none
 * @param from name of the defaults that it asks for; empty for the last ones before it
 * @param head its first line
 * @param lines the others, without blank lines and comments
 */
record Section(String kind, String name, String from, Line head, List<Line> lines) {
  private static final Set<String> KINDS =
      Set.of(
          "global",
          "defaults",
          "frontend",
          "backend",
          "listen",
          "peers",
          "resolvers",
          "userlist",
          "mailers",
          "cache",
          "program",
          "ring",
          "log-forward",
          "log-profile",
          "http-errors",
          "fcgi-app",
          "crt-store",
          "traces",
          "acme");

  /** The sections of a file, in its order; lines before the first go to a section without kind. */
  static List<Section> parse(String file) {
    List<Section> sections = new ArrayList<>();
    Section current = null;
    int number = 0;
    for (String raw : file.split("\\R", -1)) {
      Line line = Line.parse(++number, raw);
      if (line.words().isEmpty() && line.defect() == null) {
        continue;
      }
      if (KINDS.contains(line.word(0))) {
        current = of(line);
        sections.add(current);
      } else if (current == null) {
        current = new Section("", "", "", line, new ArrayList<>(List.of(line)));
        sections.add(current);
      } else {
        current.lines.add(line);
      }
    }
    return sections;
  }

  private static Section of(Line head) {
    boolean named = head.words().size() > 1 && !head.word(1).equals("from");
    int from = head.words().indexOf("from");
    return new Section(
        head.word(0),
        named ? head.word(1) : "",
        from > 0 ? head.word(from + 1) : "",
        head,
        new ArrayList<>());
  }
}
