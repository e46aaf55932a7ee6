package io.sluice.config;

import io.sluice.config.ConfigSection.Text;
import io.sluice.config.ConfigSection.Word;
import io.sluice.config.MirrorConfig.Directions;
import io.sluice.config.MirrorConfig.ProxyProtocol;
import io.sluice.config.MirrorConfig.WhenSlow;
import io.sluice.config.MirrorTarget.FileTarget;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Reads one mirror, or the defaults of all mirrors.
 *
 * <p>A key that the target has no use for is refused where the mirror itself sets it, and ignored
 * where it is inherited.
 */
final class MirrorReader {

  private static final int PAGE = 4096;
  private static final int GIB = 1 << 30;
  private static final long FILE_MAX = 1L << 50;
  private static final int KEEP_MAX = 100_000;
  private static final Duration SHORTEST = Duration.ofMillis(1);
  private static final Duration LONGEST = Duration.ofDays(365);

  private static final Word<Duration> NEVER = new Word<>("none", Duration.ZERO);
  private static final Word<Integer> UNLIMITED = new Word<>("none", 0);
  private static final Word<Long> UNLIMITED_SIZE = new Word<>("none", 0L);

  private static final String DISCARD = "discard";
  private static final String FILE = "file:";

  private static final List<String> SOCKETS = List.of("tcp", "unix");

  /** Keys that not every target has a use for, with the targets that have one. */
  private static final Map<String, List<String>> ONLY_FOR =
      new TreeMap<>(
          Map.of(
              "proxy-protocol",
              SOCKETS,
              "connect-timeout",
              SOCKETS,
              "replies",
              SOCKETS,
              "max-bytes",
              List.of("file"),
              "rotate-size",
              List.of("pcapng"),
              "keep",
              List.of("pcapng")));

  private final ConfigSection section;
  private final MirrorTarget target;

  /**
   * @param target null when it is not known, so that all keys are looked at
   */
  private MirrorReader(ConfigSection section, MirrorTarget target) {
    this.section = section;
    this.target = target;
  }

  static MirrorConfig read(ConfigSection section) {
    MirrorTarget target =
        section
            .string("to")
            .map(text -> parsed(section, text, MirrorTargetParser::parse))
            .orElse(null);
    return new MirrorReader(section, target).read();
  }

  /** Only for its problems: what nothing inherits is not met otherwise. */
  static void readDefaults(ConfigSection section) {
    new MirrorReader(section, null).read();
  }

  private MirrorConfig read() {
    refuseUselessKeys();
    Directions directions = section.choice("direction", Directions.class);
    var mirror =
        new MirrorConfig(
            section.name(),
            target,
            directions,
            section.choice("when-slow", WhenSlow.class),
            pipeSize(section.bytes("buffer", PAGE, GIB, null)),
            section.duration("max-lag", SHORTEST, LONGEST, NEVER),
            sampling(),
            section.integer("max-sessions", 1, Integer.MAX_VALUE, UNLIMITED),
            ifOfUse(
                "proxy-protocol",
                ProxyProtocol.NONE,
                () -> section.choice("proxy-protocol", ProxyProtocol.class)),
            ifOfUse(
                "connect-timeout",
                Duration.ZERO,
                () -> section.duration("connect-timeout", SHORTEST, LONGEST, NEVER)),
            ifOfUse("replies", Optional.empty(), this::replies),
            ifOfUse("max-bytes", 0L, () -> fileSize("max-bytes")),
            ifOfUse("rotate-size", 0L, () -> fileSize("rotate-size")),
            ifOfUse("keep", 0, () -> section.integer("keep", 1, KEEP_MAX, null)));
    check(mirror);
    return mirror;
  }

  /** F_SETPIPE_SZ rounds up to a power of two of pages: what is counted must be what is there. */
  private static int pipeSize(int bytes) {
    int half = Integer.highestOneBit(Math.max(bytes, PAGE));
    return half < bytes ? half << 1 : half;
  }

  private Sampling sampling() {
    String text = section.text("sample", Sampling.FORM, Sampling.EXPECTED, null);
    return text.isEmpty() ? null : Sampling.parse(text);
  }

  private long fileSize(String key) {
    return section.size(key, PAGE, FILE_MAX, UNLIMITED_SIZE);
  }

  private Optional<FileTarget> replies() {
    return section
        .string("replies")
        .filter(text -> !text.text().equals(DISCARD))
        .map(text -> parsed(section, text, MirrorReader::repliesFile));
  }

  private static FileTarget repliesFile(String text) {
    if (!text.startsWith(FILE)) {
      throw new IllegalArgumentException("must be " + DISCARD + " or " + FILE + "/path");
    }
    return MirrorTargetParser.file(text.substring(FILE.length()));
  }

  private static <T> T parsed(ConfigSection section, Text text, Function<String, T> parser) {
    try {
      return parser.apply(text.text());
    } catch (IllegalArgumentException e) {
      section.findings().error(text.place(), e.getMessage());
      return null;
    }
  }

  private boolean isOfUse(String key) {
    return target == null || ONLY_FOR.get(key).contains(target.scheme());
  }

  private <T> T ifOfUse(String key, T meaningless, Supplier<T> read) {
    return isOfUse(key) ? read.get() : meaningless;
  }

  private void refuseUselessKeys() {
    for (String key : ONLY_FOR.keySet()) {
      if (section.isSet(key) && !isOfUse(key)) {
        section
            .findings()
            .error(
                section.place(key),
                "means nothing for a target "
                    + target.scheme()
                    + ", only for "
                    + String.join(" and ", ONLY_FOR.get(key)));
      }
    }
  }

  private void check(MirrorConfig mirror) {
    if (mirror.directions() != Directions.BOTH) {
      return;
    }
    if (target instanceof FileTarget file) {
      checkDirection("to", file);
    }
    mirror.replies().ifPresent(file -> checkDirection("replies", file));
  }

  private void checkDirection(String key, FileTarget file) {
    if (!file.template().placeholders().contains(PathTemplate.Placeholder.DIRECTION)) {
      section
          .findings()
          .error(
              section.place(key),
              "both directions cannot go into one file: put {direction} into the path");
    }
  }
}
