package io.sluice.app;

import io.sluice.config.ConfigException;
import io.sluice.config.ConfigReader;
import io.sluice.config.SluiceConfig;
import io.sluice.proxy.TransportChoice;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sluice version}: what runs here, and what this machine lets it do. */
@Command(
    name = "version",
    description = "Shows the version, the JVM, the kernel, and the transport that works here.")
final class VersionCommand implements Callable<Integer> {
  /** Any valid configuration: only its defaults are looked at, nothing is started. */
  private static final String SMALLEST =
      """
      sluice.frontends.any { bind = "127.0.0.1:0", backend = any }
      sluice.backends.any.servers.any = "127.0.0.1:1"
      """;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, ConfigException {
    SluiceConfig defaults = ConfigReader.parse("defaults", SMALLEST).config();
    TransportChoice choice = TransportChoice.choose(defaults.transport(), defaults.pump());
    PrintWriter out = spec.commandLine().getOut();
    out.println("sluice    " + Version.text());
    out.println("java      " + property("java.runtime.version") + ", " + property("java.vm.name"));
    out.println(
        "kernel    "
            + property("os.name")
            + " "
            + property("os.version")
            + ", "
            + property("os.arch"));
    out.println("transport " + choice.transport().name() + ": " + choice.reason());
    out.println("splice    " + (choice.splices() ? "yes" : "no"));
    out.flush();
    return ExitCode.OK;
  }

  private static String property(String name) {
    return System.getProperty(name);
  }
}
