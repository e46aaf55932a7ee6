package io.sluice.config;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An absolute path with placeholders, such as <code>/var/lib/sluice/{date}/{session}</code>.
 *
 * <p>Invariant: every placeholder is known, every brace has its counterpart, and behind {@link
 * #directory}, the operator's own word, there are plain names between the slashes: whatever is put
 * in for the placeholders, nothing leads out of that directory as long as no value has a slash or
 * comes out as dots alone.
 *
 * @param text as the operator wrote it
 */
public record PathTemplate(String text) {

  /** What can be put in; written in lower case and braces. */
  public enum Placeholder {
    /** The day, as in {@code 2026-02-28}, in the machine's time zone. */
    DATE(false),
    /** The time of day, as in {@code 235959}, in the machine's time zone. */
    TIME(false),
    /** The session's id. */
    SESSION(true),
    /** The frontend's name. */
    FRONTEND(true),
    /** The mirror's name. */
    MIRROR(false),
    /** The client's address and port. */
    CLIENT(true),
    /** {@code to-server} or {@code to-client}. */
    DIRECTION(true);

    private final boolean ofSession;

    Placeholder(boolean ofSession) {
      this.ofSession = ofSession;
    }

    /** Whether it may differ between two sessions of one mirror. */
    public boolean isOfSession() {
      return ofSession;
    }

    /** As it stands between the braces. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    private static Optional<Placeholder> of(String word) {
      return Arrays.stream(values()).filter(one -> one.word().equals(word)).findFirst();
    }
  }

  private static final List<String> KNOWN =
      Arrays.stream(Placeholder.values()).map(Placeholder::word).toList();

  private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^{}]*)}");

  /**
   * Checks the rules.
   *
   * @throws IllegalArgumentException whose message tells the operator what to change
   */
  public PathTemplate {
    check(!text.isEmpty(), "the path is missing");
    check(text.startsWith("/"), "the path must begin with /");
    check(!text.endsWith("/"), "the path must not end with /");
    check(
        text.chars().noneMatch(Character::isISOControl),
        "the path must not contain control characters");
    Matcher matcher = PLACEHOLDER.matcher(text);
    while (matcher.find()) {
      check(KNOWN.contains(matcher.group(1)), unknown(matcher.group(1)));
    }
    String rest = matcher.replaceAll("");
    check(rest.indexOf('{') < 0 && rest.indexOf('}') < 0, "a brace has no counterpart");
    for (String name : text.substring(directory(text).length()).split("/", -1)) {
      check(
          !name.isEmpty() && !name.equals(".") && !name.equals(".."),
          "behind a placeholder there must be plain names between the slashes");
    }
  }

  /** The placeholders that occur. */
  public Set<Placeholder> placeholders() {
    Set<Placeholder> found = EnumSet.noneOf(Placeholder.class);
    PLACEHOLDER.matcher(text).results().forEach(match -> found.add(placeholder(match.group(1))));
    return found;
  }

  /** What stands before the name that has the first placeholder; ends with a slash. */
  public String directory() {
    return directory(text);
  }

  /** What comes below {@link #directory}, with values put in. */
  public String below(Function<Placeholder, String> values) {
    return PLACEHOLDER
        .matcher(text.substring(directory().length()))
        .replaceAll(match -> Matcher.quoteReplacement(values.apply(placeholder(match.group(1)))));
  }

  @Override
  public String toString() {
    return text;
  }

  private static String directory(String text) {
    int brace = text.indexOf('{');
    return text.substring(0, text.lastIndexOf('/', brace < 0 ? text.length() : brace) + 1);
  }

  private static Placeholder placeholder(String word) {
    return Placeholder.of(word).orElseThrow(() -> new AssertionError(word));
  }

  private static String unknown(String name) {
    String near = Spelling.didYouMean(name, KNOWN);
    return "there is no {"
        + name
        + "}; "
        + (near.isEmpty() ? "there are {" + String.join("}, {", KNOWN) + "}" : near);
  }

  private static void check(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(rule);
    }
  }
}
