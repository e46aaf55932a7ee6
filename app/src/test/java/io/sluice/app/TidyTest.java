package io.sluice.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rules of style that no compiler checks, over the text of every source of the project. */
class TidyTest {
  private static final int FILE_LINES_MAX = 400;

  private static final int METHOD_LINES_MAX = 70;

  private static final Path ROOT = Path.of("..");
  private static final Pattern SOURCE = Pattern.compile("src/(main|test|jmh)/java/.*\\.java$");

  /** The formatter puts members of a type at two columns, of a nested type at four. */
  private static final Pattern MEMBER_START = Pattern.compile("(  |    )[^ }/*@].*");

  private static final Pattern MEMBER_END = Pattern.compile("(  |    )\\}");
  private static final Pattern TYPE =
      Pattern.compile(".*\\b(class|interface|enum|record|@interface) \\w+.*");

  /** Written in two parts, so that this file does not break its own rules. */
  private static final Pattern STRAY_TODO =
      Pattern.compile("\\b(TO" + "DO|FIX" + "ME)\\b(?! #\\d)");

  private static final Pattern PRINT = Pattern.compile("System\\.(out|err)\\b");
  private static final Pattern SLEEP = Pattern.compile("Thread\\.sl" + "eep\\(");
  private static final Pattern TABS = Pattern.compile("\t|[ \t]+$");

  private static List<Path> sources() {
    try (Stream<Path> files = Files.walk(ROOT)) {
      return files
          .map(ROOT::relativize)
          .filter(path -> SOURCE.matcher(path.toString()).find())
          .filter(path -> !path.toString().contains("target/"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What {@code rule} finds in each file, with the file's name before it. */
  private static List<String> offences(BiFunction<Path, List<String>, List<String>> rule) {
    List<String> found = new ArrayList<>();
    for (Path source : sources()) {
      try {
        List<String> lines = Files.readAllLines(ROOT.resolve(source));
        rule.apply(source, lines).forEach(offence -> found.add(source + ":" + offence));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return found;
  }

  private static List<String> matching(List<String> lines, Pattern pattern) {
    return IntStream.range(0, lines.size())
        .filter(i -> pattern.matcher(lines.get(i)).find())
        .mapToObj(i -> (i + 1) + ": " + lines.get(i).strip())
        .toList();
  }

  /** {@code line: length} of every method that is too long. */
  static List<String> longMethods(List<String> lines) {
    List<String> found = new ArrayList<>();
    for (int start = 0; start < lines.size(); start++) {
      String line = lines.get(start);
      if (!MEMBER_START.matcher(line).matches() || TYPE.matcher(line).matches()) {
        continue;
      }
      int indent = line.length() - line.stripLeading().length();
      int end = endOfMember(lines, start, indent);
      int length = end - start + 1;
      if (end >= 0 && length > METHOD_LINES_MAX) {
        found.add((start + 1) + ": a method of " + length + " lines");
      }
    }
    return found;
  }

  /** The line of the closing brace of a member with a body; -1 for one without. */
  private static int endOfMember(List<String> lines, int start, int indent) {
    for (int i = start; i < lines.size(); i++) {
      String line = lines.get(i);
      int columns = line.length() - line.stripLeading().length();
      if (i > start && columns == indent) {
        return MEMBER_END.matcher(line).matches() ? i : -1;
      }
      if (columns == indent && line.endsWith(";")) {
        return -1;
      }
    }
    return -1;
  }

  @Test
  void sourcesOfEveryModuleAreSeen() {
    assertThat(sources())
        .extracting(path -> path.getName(0).toString())
        .contains("native-bindings", "config", "proxy-core", "systemd", "app");
  }

  @Test
  void noFileIsTooLong() {
    assertThat(
            offences(
                (file, lines) ->
                    lines.size() > FILE_LINES_MAX ? List.of(lines.size() + " lines") : List.of()))
        .isEmpty();
  }

  @Test
  void noMethodIsTooLong() {
    assertThat(offences((file, lines) -> longMethods(lines))).isEmpty();
  }

  @Test
  void longMethodsAreFound() {
    List<String> lines = new ArrayList<>(List.of("class A {", "  int a = 1;", "  void b() {"));
    for (int i = 0; i < METHOD_LINES_MAX - 2; i++) {
      lines.add("    call();");
    }
    lines.addAll(List.of("  }", "}"));
    assertThat(longMethods(lines)).isEmpty();

    lines.add(4, "    call();");
    assertThat(longMethods(lines)).containsExactly("3: a method of 71 lines");
  }

  @Test
  void everyTodoNamesAnIssue() {
    assertThat(offences((file, lines) -> matching(lines, STRAY_TODO))).isEmpty();
  }

  @Test
  void onlyTheProgramAndTheBenchmarksPrint() {
    assertThat(
            offences(
                (file, lines) ->
                    file.startsWith("app")
                            || file.startsWith("benchmarks")
                            || file.toString().contains("src/test/")
                        ? List.of()
                        : matching(lines, PRINT)))
        .isEmpty();
  }

  @Test
  void noTestSleeps() {
    assertThat(
            offences(
                (file, lines) ->
                    file.toString().contains("src/test/") ? matching(lines, SLEEP) : List.of()))
        .isEmpty();
  }

  @Test
  void noTabsAndNoSpaceAtTheEndOfALine() {
    assertThat(offences((file, lines) -> matching(lines, TABS))).isEmpty();
  }

  @Test
  void everyPackageSaysWhatItIs() {
    assertThat(sources())
        .filteredOn(path -> path.toString().contains("src/main/"))
        .extracting(Path::getParent)
        .allSatisfy(
            folder -> assertThat(ROOT.resolve(folder).resolve("package-info.java")).exists());
  }
}
