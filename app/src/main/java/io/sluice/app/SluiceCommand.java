package io.sluice.app;

import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * {@code sluice}, which does nothing but name its commands.
 *
 * <p>Also where a wrong command line becomes an exit code and a message; {@link Failure} does it
 * for the rest.
 */
@Command(
    name = "sluice",
    description = "A Layer-4 reverse proxy that moves TCP bytes inside the kernel with splice(2).",
    scope = ScopeType.INHERIT,
    synopsisSubcommandLabel = "COMMAND",
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done, also after SIGTERM or SIGINT",
      "1:failed: cannot bind, the transport does not work here, ...",
      "2:wrong command line or configuration",
      "3:no process to ask",
      "70:a defect of the program"
    })
final class SluiceCommand implements Runnable {
  /** The commands in the order of the help. */
  private static final List<Class<?>> COMMANDS =
      List.of(
          ForwardCommand.class,
          RunCommand.class,
          ReloadCommand.class,
          StatusCommand.class,
          ServerCommand.class,
          CheckCommand.class,
          VersionCommand.class,
          DemoCommand.class,
          ReplayCommand.class,
          ConvertCommand.class);

  @Spec private CommandSpec spec;

  /**
   * The command line with the rules that {@code args} need: finding out by reflection what the
   * other commands take would be a tenth of a service's start.
   */
  static CommandLine commandLine(String... args) {
    CommandLine commandLine = new CommandLine(new SluiceCommand());
    commandsFor(args).forEach(commandLine::addSubcommand);
    commandLine
        .getCommandSpec()
        .addOption(
            OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .scopeType(ScopeType.INHERIT)
                .description("Shows this help.")
                .build());
    return commandLine
        .setParameterExceptionHandler(SluiceCommand::onUsage)
        .setExecutionExceptionHandler(SluiceCommand::onFailure);
  }

  /** The one that is named, or else all, for the help and for suggestions. */
  private static List<Class<?>> commandsFor(String... args) {
    return COMMANDS.stream()
        .filter(command -> args.length > 0 && name(command).equals(args[0]))
        .findFirst()
        .<List<Class<?>>>map(List::of)
        .orElse(COMMANDS);
  }

  private static String name(Class<?> command) {
    return command.getAnnotation(Command.class).name();
  }

  /** Without a command: says what there is. */
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }

  private static int onUsage(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("sluice: " + e.getMessage());
    if (!UnmatchedArgumentException.printSuggestions(e, err)) {
      err.println(command.getHelp().fullSynopsis().stripTrailing());
      err.println("More with: " + command.getCommandSpec().qualifiedName() + " --help");
    }
    err.flush();
    return ExitCode.USAGE;
  }

  private static int onFailure(Exception e, CommandLine command, ParseResult parsed) {
    return Failure.tell(e, command.getErr());
  }
}
