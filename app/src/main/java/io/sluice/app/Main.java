package io.sluice.app;

/** The entry point. */
public final class Main {
  private Main() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    Crash.watch();
    System.exit(SluiceCommand.commandLine(args).execute(args));
  }
}
