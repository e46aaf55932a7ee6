package io.sluice.app;

/** What the process ends with; every command's help lists them. */
final class ExitCode {
  /** Done; also after a signal that asked for the end, so that systemd sees a clean stop. */
  static final int OK = 0;

  /** Could not do it: an address cannot be bound, a transport does not work here. */
  static final int FAILURE = 1;

  /** The command line or the configuration is wrong. */
  static final int USAGE = 2;

  /** There is no process to ask: as LSB's "program is not running" of {@code status}. */
  static final int NOT_RUNNING = 3;

  /** A defect of the program itself: EX_SOFTWARE of sysexits(3). */
  static final int INTERNAL = 70;

  private ExitCode() {}
}
