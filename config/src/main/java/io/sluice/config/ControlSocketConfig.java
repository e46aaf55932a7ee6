package io.sluice.config;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Where the process listens for commands of its operator, such as {@code sluice reload}.
 *
 * @param mode whether it does, and who chooses the path
 * @param path absolute, where the mode is {@link Mode#PATH}; else empty
 */
public record ControlSocketConfig(Mode mode, String path) {

  /** Who chooses the path. */
  public enum Mode {
    /** The service manager, if it gives the process a directory of its own. */
    AUTO,
    /** Nobody: there is no control socket. */
    NONE,
    /** The configuration. */
    PATH
  }

  /** The path is the service manager's. */
  public static final ControlSocketConfig AUTO = new ControlSocketConfig(Mode.AUTO, "");

  /** Of the socket in the directory that the service manager gives. */
  public static final String NAME = "control.sock";

  /** The first of them is the unit's own: systemd.exec(5), RUNTIME_DIRECTORY. */
  private static final String DIRECTORIES = "RUNTIME_DIRECTORY";

  private static final String KEY = "control-socket";

  /** What sun_path holds before its closing zero: unix(7). */
  private static final int PATH_BYTES_MAX = 107;

  static ControlSocketConfig read(ConfigSection section) {
    return section.string(KEY).map(text -> of(text, section.findings())).orElse(AUTO);
  }

  private static ControlSocketConfig of(ConfigSection.Text text, Findings findings) {
    String path = text.text();
    if (path.equals("auto")) {
      return AUTO;
    }
    if (path.equals("none")) {
      return new ControlSocketConfig(Mode.NONE, "");
    }
    if (path.startsWith("@") || path.startsWith("unix:@")) {
      findings.error(text.place(), "an abstract socket is open to every user", "give it a path");
    } else if (!path.startsWith("/") || path.endsWith("/") || path.indexOf('\0') >= 0) {
      findings.error(
          text.place(), "must be a path such as \"/run/sluice/control.sock\", auto or none");
    } else if (path.getBytes(StandardCharsets.UTF_8).length > PATH_BYTES_MAX) {
      findings.error(text.place(), "a UNIX path has at most " + PATH_BYTES_MAX + " bytes");
    }
    return new ControlSocketConfig(Mode.PATH, path);
  }

  /**
   * The path for a process with this environment; empty where it has no control socket.
   *
   * @param environment of which {@code RUNTIME_DIRECTORY} counts
   */
  public Optional<String> path(Map<String, String> environment) {
    return switch (mode) {
      case NONE -> Optional.empty();
      case PATH -> Optional.of(path);
      case AUTO -> {
        String first = environment.getOrDefault(DIRECTORIES, "").split(":", 2)[0];
        yield first.startsWith("/") ? Optional.of(first + "/" + NAME) : Optional.empty();
      }
    };
  }

  /** As the configuration has it. */
  @Override
  public String toString() {
    return mode == Mode.PATH ? path : mode.name().toLowerCase(Locale.ROOT);
  }
}
