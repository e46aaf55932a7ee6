package io.sluice.app;

import io.sluice.app.log.Logging;
import io.sluice.config.Address;
import io.sluice.config.AddressParser;
import io.sluice.config.ConfigException;
import io.sluice.config.ConfigReader;
import io.sluice.config.Loaded;
import io.sluice.config.MachineChecks;
import io.sluice.config.Problem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
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
          + " takes a free port.",
      "",
      "A mirror gets the bytes of each session too; unless told so, it cannot slow it down. TO is"
          + " tcp:host:port, unix:/path, file:/path/{session} or pcapng:/path; the keys are"
          + " those of sluice.mirrors in a configuration: direction=both, sample=10%%,"
          + " max-lag=500ms, ..."
    })
final class ForwardCommand implements Callable<Integer> {
  private static final String NAME = "forward";

  @Spec private CommandSpec spec;
  @Mixin private LoopOptions options;

  @Option(
      names = "--mirror",
      paramLabel = "TO[,KEY=VALUE...]",
      converter = MirrorOption.Converter.class,
      description = "Sends the bytes of each session to TO as well. May be repeated.")
  private List<MirrorOption> mirrors = new ArrayList<>();

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
    Loaded loaded = load();
    if (verbose) {
      Logging.sessions();
    }
    return new Daemon(loaded, spec.commandLine().getErr()).run();
  }

  /** What a mirror's option has wrong is bad usage; what the other options have is as in a file. */
  private Loaded load() throws ConfigException {
    try {
      Loaded loaded =
          ConfigReader.parse(
              LoopOptions.ORIGIN,
              hocon(listen, targets, mirrors),
              options.overrides(),
              LoopOptions.ORIGIN);
      MachineChecks.check(loaded);
      return loaded;
    } catch (ConfigException e) {
      if (e.problems().stream().allMatch(problem -> option(problem).isEmpty())) {
        throw e;
      }
      String lines =
          e.problems().stream()
              .map(problem -> option(problem).map(o -> o.described(problem)).orElse("" + problem))
              .collect(Collectors.joining("\nsluice: "));
      throw new ParameterException(spec.commandLine(), lines, e);
    }
  }

  /** The option that a problem is about, if it is about a mirror. */
  private Optional<MirrorOption> option(Problem problem) {
    return IntStream.range(0, mirrors.size())
        .filter(i -> (problem.key() + ".").startsWith(MirrorOption.path(i) + "."))
        .mapToObj(mirrors::get)
        .findFirst();
  }

  /** The configuration that the arguments stand for. */
  static String hocon(Address listen, List<Address> targets, List<MirrorOption> mirrors) {
    StringBuilder text = new StringBuilder(256);
    text.append("sluice.frontends.forward { bind = ").append(quoted(listen.toString()));
    text.append(", backend = ").append(NAME).append(" }\n");
    for (int i = 0; i < targets.size(); i++) {
      text.append("sluice.backends.forward.servers.s").append(i + 1);
      text.append(" = ").append(quoted(targets.get(i).toString())).append('\n');
    }
    for (int i = 0; i < mirrors.size(); i++) {
      String path = MirrorOption.path(i);
      mirrors
          .get(i)
          .keys()
          .forEach(
              (key, value) -> {
                text.append(path).append('.').append(quoted(key));
                text.append(" = ").append(quoted(value)).append('\n');
              });
    }
    if (!mirrors.isEmpty()) {
      text.append("sluice.frontends.forward.mirror = ");
      text.append(IntStream.range(0, mirrors.size()).mapToObj(MirrorOption::name).toList());
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
