package io.sluice.mirror.capture;

import io.sluice.config.PathTemplate;
import io.sluice.config.PathTemplate.Placeholder;
import io.sluice.mirror.MirroredSession;
import io.sluice.transport.Direction;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;

/**
 * The names of the files of one mirror: its template with values put in.
 *
 * <p>Invariant: the {@link #base} is the operator's word and may contain links; everything from
 * there on may depend on what clients send, so that a value holds nothing but letters, digits, dots
 * (never two in a row), dashes and underscores, and no component of the path comes out as {@code .}
 * or {@code ..}. Immutable, any thread.
 */
public final class CapturePath {

  /** No file system takes names of more than 255 bytes; several values may share one. */
  private static final int VALUE_LENGTH_MAX = 100;

  private static final String PLAIN =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HHmmss");

  private final PathTemplate template;
  private final ZoneId zone;

  /** The names that {@code template} stands for, in the machine's time zone. */
  public CapturePath(PathTemplate template) {
    this(template, ZoneId.systemDefault());
  }

  CapturePath(PathTemplate template, ZoneId zone) {
    this.template = template;
    this.zone = zone;
  }

  /** The directory before the first placeholder. */
  public Path base() {
    return Path.of(template.directory());
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
    String path =
        template.below(
            placeholder -> sanitized(value(placeholder, mirror, session, direction, time)));
    // Values cannot bring slashes, but "{client}" or ".{client}" may come out as dots alone.
    String[] names = path.split("/", -1);
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
