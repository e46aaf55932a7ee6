package io.sluice.app;

import io.sluice.app.convert.Conversion;
import io.sluice.config.ConfigException;
import io.sluice.config.ConfigReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice convert}: from HAProxy's configuration to ours. */
@Command(
    name = "convert",
    description = {
      "Prints the configuration that does what a haproxy.cfg does in TCP mode, and names every"
          + " line that it could not carry over.",
      "",
      "The lines left out stand at the head of the result and on stderr. docs/configuration.md has"
          + " the table of keywords."
    })
final class ConvertCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "A haproxy.cfg.")
  private Path file;

  @Override
  public Integer call() throws IOException, ConfigException {
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw new IOException(file + ": no file that can be read");
    }
    // Any byte is a character of this set: a comment in another one does no harm.
    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
    Conversion conversion = Conversion.of(file.getFileName().toString(), text);
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    conversion.leftOut().forEach(err::println);
    if (!conversion.isUsable()) {
      err.println("sluice: " + file + " has no frontend in TCP mode that could be carried over");
      err.flush();
      return ExitCode.FAILURE;
    }
    out.print(conversion.configuration());
    out.flush();
    err.flush();
    // The result has to pass; what does not is a value that HAProxy accepts and we refuse.
    ConfigReader.parse("converted", conversion.configuration());
    return ExitCode.OK;
  }
}
