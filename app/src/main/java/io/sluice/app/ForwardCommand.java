package io.sluice.app;

import io.sluice.app.log.Logging;
import io.sluice.config.Address;
import io.sluice.config.AddressParser;
import io.sluice.config.ConfigException;
import io.sluice.config.ConfigReader;
import io.sluice.config.Loaded;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code sluice forward}: one frontend, one backend, no file. */
@Command(
    name = "forward",
    description = {
      "Forwards connections from LISTEN to TARGET, to several targets in turn.",
      "",
      "Addresses are host:port, [ipv6]:port, unix:/path or unix:@abstract-name;"
          + " LISTEN may also be :port for every address of the machine, and port 0"
          + " takes a free port."
    })
final class ForwardCommand implements Callable<Integer> {
  private static final String NAME = "forward";

  @Spec private CommandSpec spec;
  @Mixin private LoopOptions options;

  @Option(
      names = {"-v", "--verbose"},
      description = "Logs each session.")
  private boolean verbose;

  @Parameters(index = "0", paramLabel = "LISTEN", converter = Bind.class)
  private Address listen;

  @Parameters(index = "1..*", arity = "1..*", paramLabel = "TARGET", converter = Target.class)
  private List<Address> targets;

  /** Converts and refuses as the configuration would. */
  static final class Bind implements ITypeConverter<Address> {
    @Override
    public Address convert(String text) {
      try {
        return AddressParser.parseBind(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  /** Converts and refuses as the configuration would. */
  static final class Target implements ITypeConverter<Address> {
    @Override
    public Address convert(String text) {
      try {
        return AddressParser.parseServer(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  @Override
  public Integer call() throws IOException, ConfigException {
    Loaded loaded =
        ConfigReader.parse(
            LoopOptions.ORIGIN, hocon(listen, targets), options.overrides(), LoopOptions.ORIGIN);
    if (verbose) {
      Logging.sessions();
    }
    return new Daemon(loaded.config(), spec.commandLine().getErr()).run();
  }

  /** The configuration that the arguments stand for. */
  static String hocon(Address listen, List<Address> targets) {
    StringBuilder text = new StringBuilder(256);
    text.append("sluice.frontends.forward { bind = ").append(quoted(listen.toString()));
    text.append(", backend = ").append(NAME).append(" }\n");
    for (int i = 0; i < targets.size(); i++) {
      text.append("sluice.backends.forward.servers.s").append(i + 1);
      text.append(" = ").append(quoted(targets.get(i).toString())).append('\n');
    }
    return text.toString();
  }

  /** A string of JSON, RFC 8259 section 7, which HOCON reads. */
  private static String quoted(String text) {
    StringBuilder json = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ') {
        json.append(String.format("\\u%04x", (int) c));
      } else {
        json.append(c == '"' || c == '\\' ? "\\" : "").append(c);
      }
    }
    return json.append('"').toString();
  }
}
