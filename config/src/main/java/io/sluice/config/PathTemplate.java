package io.sluice.config;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The rules of a path with placeholders, such as <code>/var/lib/sluice/{date}/{session}</code>:
 *
 * <pre>
 *   {date}       yyyy-MM-dd        {frontend}   name         {client}      the client's address
 *   {time}       HHmmss            {mirror}     name         {direction}   to-server, to-client
 *   {session}    the session's id
 * </pre>
 */
final class PathTemplate {

  static final String SESSION = "session";
  static final String DIRECTION = "direction";
  static final String CLIENT = "client";
  static final String FRONTEND = "frontend";

  private static final List<String> KNOWN =
      List.of("date", "time", SESSION, FRONTEND, "mirror", CLIENT, DIRECTION);

  private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^{}]*)}");

  private PathTemplate() {}

  /**
   * Checks a template and tells its placeholders, without braces.
   *
   * @throws IllegalArgumentException whose message tells the operator what to change
   */
  static Set<String> placeholders(String template) {
    check(!template.isEmpty(), "the path is missing");
    check(template.startsWith("/"), "the path must begin with /");
    check(!template.endsWith("/"), "the path must not end with /");
    check(
        template.chars().noneMatch(Character::isISOControl),
        "the path must not contain control characters");
    Set<String> found = new LinkedHashSet<>();
    Matcher matcher = PLACEHOLDER.matcher(template);
    while (matcher.find()) {
      String name = matcher.group(1);
      check(KNOWN.contains(name), unknown(name));
      found.add(name);
    }
    String rest = matcher.replaceAll("");
    check(rest.indexOf('{') < 0 && rest.indexOf('}') < 0, "a brace has no counterpart");
    checkVariablePart(template);
    return found;
  }

  /** Below the directory that the operator names, nothing may lead out of it again. */
  private static void checkVariablePart(String template) {
    String variable = template.substring(literalPrefix(template).lastIndexOf('/') + 1);
    for (String name : variable.split("/", -1)) {
      check(
          !name.isEmpty() && !name.equals(".") && !name.equals(".."),
          "behind a placeholder there must be plain names between the slashes");
    }
  }

  private static String unknown(String name) {
    String near = Spelling.didYouMean(name, KNOWN);
    return "there is no {"
        + name
        + "}; "
        + (near.isEmpty() ? "there are {" + String.join("}, {", KNOWN) + "}" : near);
  }

  /** What stands before the first placeholder. */
  static String literalPrefix(String template) {
    int brace = template.indexOf('{');
    return brace < 0 ? template : template.substring(0, brace);
  }

  private static void check(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(rule);
    }
  }
}
