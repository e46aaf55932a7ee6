package io.sluice.config;

import io.sluice.config.ConfigSection.Word;
import java.util.List;

/** Reads {@code sluice.pump} and holds its numbers against each other. */
final class PumpReader {

  private static final int PAGE = 4096;
  private static final int MIB = 1 << 20;
  private static final int GIB = 1 << 30;

  /** What fs.pipe-max-size allows an unprivileged user by default: pipe(7). */
  private static final int UNPRIVILEGED_PIPE_MAX = MIB;

  private static final int BUFFER_MAX = 64 * MIB;
  private static final int STREAK_MAX = 1000;
  private static final Word<Integer> AUTO = new Word<>("auto", 0);

  private PumpReader() {}

  static PumpConfig read(ConfigSection section) {
    int errorsBefore = section.findings().errorCount();
    var pump =
        new PumpConfig(
            section.choice("mode", PumpConfig.Mode.class),
            section.integer("splice-after-reads", 1, STREAK_MAX, null),
            section.bytes("splice-at-least", 1, GIB, null),
            section.integer("copy-after-fills", 1, STREAK_MAX, null),
            section.bytes("copy-below", 1, GIB, null),
            section.bytes("buffer-size", PAGE, BUFFER_MAX, null),
            section.bytes("pipe-size", PAGE, GIB, null),
            section.integer("pipe-budget", 1, Integer.MAX_VALUE, AUTO),
            section.bytes("turn-budget", PAGE, GIB, null));
    if (!section.isBroken() && section.findings().errorCount() == errorsBefore) {
      checkPipe(section, pump);
      checkThresholds(section, pump);
    }
    return pump;
  }

  private static void checkPipe(ConfigSection section, PumpConfig pump) {
    if (Integer.bitCount(pump.pipeBytes()) != 1) {
      int rounded = Integer.highestOneBit(pump.pipeBytes()) << 1;
      section
          .findings()
          .error(
              section.place("pipe-size"),
              "must be a power of two: the kernel rounds up, to " + Units.bytes(rounded));
    } else if (pump.pipeBytes() > UNPRIVILEGED_PIPE_MAX) {
      section
          .findings()
          .warning(
              section.place("pipe-size"),
              "is more than 1MiB, which an unprivileged user gets only with a larger"
                  + " fs.pipe-max-size",
              "");
    }
  }

  /** A flow that cannot satisfy a threshold would never change, or change at every turn. */
  private static void checkThresholds(ConfigSection section, PumpConfig pump) {
    var copyBelow = new Size("copy-below", pump.copyBelowBytes());
    var spliceAtLeast = new Size("splice-at-least", pump.spliceAtLeastBytes());
    if (copyBelow.bytes() >= spliceAtLeast.bytes()) {
      refuse(section, copyBelow, spliceAtLeast, "a flow between them would change to and fro");
    }
    for (Size size :
        List.of(
            new Size("buffer-size", pump.bufferBytes()),
            new Size("turn-budget", pump.turnBudgetBytes()))) {
      if (spliceAtLeast.bytes() > size.bytes()) {
        refuse(section, spliceAtLeast, size, "no read could be that large");
      }
    }
    var pipe = new Size("pipe-size", pump.pipeBytes());
    if (copyBelow.bytes() > pipe.bytes()) {
      refuse(section, copyBelow, pipe, "every fill would be below it");
    }
  }

  private record Size(String key, int bytes) {
    @Override
    public String toString() {
      return key + " (" + Units.bytes(bytes) + ")";
    }
  }

  /** Reports the pair at the key that the operator wrote: the other one may be a default. */
  private static void refuse(ConfigSection section, Size less, Size more, String reason) {
    Place place = section.place(less.key());
    if (ConfigLoader.isReference(place.origin())) {
      section
          .findings()
          .error(section.place(more.key()), "is too small for " + less + ": " + reason);
    } else {
      section.findings().error(place, "is too large for " + more + ": " + reason);
    }
  }
}
