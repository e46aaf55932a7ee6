package io.sluice.config;

import io.sluice.config.ConfigSection.Word;

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
              "must be a power of two: the kernel rounds up, to " + Units.bytes(rounded),
              "");
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
    Findings findings = section.findings();
    int spliceAtLeast = pump.spliceAtLeastBytes();
    if (pump.copyBelowBytes() >= spliceAtLeast) {
      findings.error(
          section.place("copy-below"),
          "must be less than splice-at-least ("
              + Units.bytes(spliceAtLeast)
              + "): a flow between"
              + " them would change to and fro");
    }
    if (spliceAtLeast > pump.bufferBytes()) {
      findings.error(
          section.place("splice-at-least"),
          "must not be more than buffer-size ("
              + Units.bytes(pump.bufferBytes())
              + "): no read"
              + " could be that large");
    }
    if (spliceAtLeast > pump.turnBudgetBytes()) {
      findings.error(
          section.place("splice-at-least"),
          "must not be more than turn-budget ("
              + Units.bytes(pump.turnBudgetBytes())
              + "): no"
              + " read could be that large");
    }
    if (pump.copyBelowBytes() > pump.pipeBytes()) {
      findings.error(
          section.place("copy-below"),
          "must not be more than pipe-size ("
              + Units.bytes(pump.pipeBytes())
              + "): every fill"
              + " would be below it");
    }
  }
}
