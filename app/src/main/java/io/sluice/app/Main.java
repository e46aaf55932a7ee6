package io.sluice.app;

/** The entry point. */
public final class Main {
  private Main() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    Crash.watch();
    boolean plain = Service.isPlain(args);
    System.exit(plain ? Service.run(args[2]) : SluiceCommand.commandLine(args).execute(args));
  }
}
