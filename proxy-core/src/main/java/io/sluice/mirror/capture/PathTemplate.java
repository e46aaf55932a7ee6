package io.sluice.mirror.capture;

import io.sluice.mirror.MirroredSession;
import io.sluice.transport.Direction;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A path with placeholders: {@code /var/lib/sluice/{date}/{session}.{direction}}.
 *
 * <p>Invariant: what stands before the first placeholder, up to a slash, is the operator's word and
 * may contain links; everything from there on may depend on what clients send, so that a value
 * holds nothing but letters, digits, dots (never two in a row), dashes and underscores, and no
 * component of the path comes out as {@code .} or {@code ..}. Immutable, any thread.
 */
public final class PathTemplate {

  /** What can be filled in; written in lower case and braces. */
  public enum Placeholder {
    /** The day, as in {@code 2026-02-28}, in the machine's time zone. */
    DATE,
    /** The time of day, as in {@code 235959}, in the machine's time zone. */
    TIME,
    /** The session's id. */
    SESSION,
    /** The frontend's name. */
    FRONTEND,
    /** The mirror's name. */
    MIRROR,
    /** The client's address and port. */
    CLIENT,
    /** {@code to-server} or {@code to-client}. */
    DIRECTION;

    private String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** No file system takes names of more than 255 bytes; several values may share one. */
  private static final int VALUE_LENGTH_MAX = 100;

  private static final String PLAIN =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HHmmss");

  /** Either text or a placeholder; the other one is null. */
  private record Part(String text, Placeholder placeholder) {}

  private final Path base;
  private final List<Part> below;
  private final ZoneId zone;

  private PathTemplate(Path base, List<Part> below, ZoneId zone) {
    this.base = base;
    this.below = below;
    this.zone = zone;
  }

  /**
   * Reads a template; a relative one begins in the working directory.
   *
   * @throws IllegalArgumentException with a sentence for the operator
   */
  public static PathTemplate parse(String text) {
    return parse(text, ZoneId.systemDefault());
  }

  static PathTemplate parse(String text, ZoneId zone) {
    int brace = text.indexOf('{');
    int split = text.lastIndexOf('/', brace < 0 ? text.length() : brace);
    String rest = text.substring(split + 1);
    if (rest.isEmpty()) {
      throw new IllegalArgumentException("the path of a file is needed, not a directory: " + text);
    }
    for (String component : rest.split("/", -1)) {
      if (component.isEmpty() || component.equals(".") || component.equals("..")) {
        throw new IllegalArgumentException(
            "behind a placeholder there must be plain names between the slashes: " + text);
      }
    }
    if (text.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("control characters in the path of a file");
    }
    Path base = Path.of(text.substring(0, split + 1)).toAbsolutePath();
    return new PathTemplate(base, parts(rest), zone);
  }

  private static List<Part> parts(String rest) {
    List<Part> parts = new ArrayList<>();
    int at = 0;
    while (at < rest.length()) {
      int open = rest.indexOf('{', at);
      int end = open < 0 ? rest.length() : open;
      if (rest.substring(at, end).indexOf('}') >= 0) {
        throw new IllegalArgumentException("} without { in the path " + rest);
      }
      if (end > at) {
        parts.add(new Part(rest.substring(at, end), null));
      }
      if (open < 0) {
        break;
      }
      int close = rest.indexOf('}', open);
      if (close < 0) {
        throw new IllegalArgumentException("{ without } in the path " + rest);
      }
      parts.add(new Part(null, placeholder(rest.substring(open + 1, close))));
      at = close + 1;
    }
    return List.copyOf(parts);
  }

  private static Placeholder placeholder(String word) {
    List<String> known = new ArrayList<>();
    for (Placeholder placeholder : Placeholder.values()) {
      if (placeholder.word().equals(word)) {
        return placeholder;
      }
      known.add("{" + placeholder.word() + "}");
    }
    throw new IllegalArgumentException(
        "unknown placeholder {" + word + "}; there are " + String.join(", ", known));
  }

  /** The directory before the first placeholder, absolute. */
  public Path base() {
    return base;
  }

  /** The placeholders that occur. */
  public Set<Placeholder> placeholders() {
    Set<Placeholder> used = EnumSet.noneOf(Placeholder.class);
    for (Part part : below) {
      if (part.placeholder != null) {
        used.add(part.placeholder);
      }
    }
    return used;
  }

  /** What comes below {@link #base} for one stream of a session, at the time the session began. */
  public String below(String mirror, MirroredSession session, Direction direction) {
    return fill(mirror, session, direction, session.startedWallMs());
  }

  /**
   * The same for a file that many sessions share.
   *
   * @param wallMs milliseconds since the epoch
   * @throws IllegalStateException when the template asks for something of a session
   */
  public String below(String mirror, long wallMs) {
    return fill(mirror, null, null, wallMs);
  }

  private String fill(String mirror, MirroredSession session, Direction direction, long wallMs) {
    ZonedDateTime time = Instant.ofEpochMilli(wallMs).atZone(zone);
    StringBuilder path = new StringBuilder();
    for (Part part : below) {
      path.append(
          part.placeholder == null
              ? part.text
              : sanitized(value(part.placeholder, mirror, session, direction, time)));
    }
    // Values cannot bring slashes, but "{client}" or ".{client}" may come out as dots alone.
    String[] names = path.toString().split("/", -1);
    for (int i = 0; i < names.length; i++) {
      if (names[i].equals(".") || names[i].equals("..")) {
        names[i] = "_";
      }
    }
    return String.join("/", names);
  }

  private static String value(
      Placeholder placeholder,
      String mirror,
      MirroredSession session,
      Direction direction,
      ZonedDateTime time) {
    return switch (placeholder) {
      case DATE -> DateTimeFormatter.ISO_LOCAL_DATE.format(time);
      case TIME -> TIME.format(time);
      case MIRROR -> mirror;
      case SESSION -> present(session, placeholder).id();
      case FRONTEND -> present(session, placeholder).frontend();
      case CLIENT -> present(session, placeholder).client().unmapped().toString();
      case DIRECTION -> present(direction, placeholder).word();
    };
  }

  private static <T> T present(T value, Placeholder placeholder) {
    if (value == null) {
      throw new IllegalStateException("{" + placeholder.word() + "} of a file for all sessions");
    }
    return value;
  }

  private static String sanitized(String value) {
    int length = Math.min(value.length(), VALUE_LENGTH_MAX);
    StringBuilder clean = new StringBuilder(Math.max(1, length));
    for (int i = 0; i < length; i++) {
      char c = value.charAt(i);
      boolean plain = PLAIN.indexOf(c) >= 0;
      boolean dot = c == '.' && !clean.toString().endsWith(".");
      clean.append(plain || dot ? c : '_');
    }
    return clean.isEmpty() ? "_" : clean.toString();
  }
}
