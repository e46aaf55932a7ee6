package io.sluice.app;

import io.sluice.app.live.LiveLine;
import io.sluice.app.replay.CaptureIndex;
import io.sluice.app.replay.ReplayResult;
import io.sluice.app.replay.ReplayRun;
import io.sluice.app.replay.Rules;
import io.sluice.app.replay.Speed;
import io.sluice.app.replay.Target;
import io.sluice.config.Address;
import io.sluice.linux.SockAddr;
import io.sluice.proxy.Resolver;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code sluice replay}: recorded sessions once more, to another server. */
@Command(
    name = "replay",
    description = {
      "Sends recorded streams to a server, and compares its answers with the recorded ones.",
      "",
      "FILE is what a mirror wrote: a file for each direction, with to-server or to-client in"
          + " its name, of which the other one is found beside it; a pcapng or pcap capture,"
          + " whose TCP connections are put together; or a folder of these. A file without"
          + " either word is a stream to the server. Several captures are read in the order of"
          + " their time: a connection may go on in the next one. A name that ends in .part is"
          + " an incomplete file, replayed as far as it goes.",
      "",
      "A recorded FIN is sent as a FIN, a recorded reset as a reset. Ends with 1 if a session"
          + " failed or an answer differs."
    })
final class ReplayCommand implements Callable<Integer> {
  private static final int CONCURRENCY_MAX = 1_000;
  private static final int REPEAT_MAX = 1_000_000;
  private static final int WARNINGS_SHOWN = 20;
  private static final Duration TIMEOUT_MAX = Duration.ofHours(1);
  private static final Duration LINE_PERIOD = Duration.ofSeconds(5);

  /** The way to the operating system. */
  enum Way {
    AUTO,
    EPOLL,
    NIO
  }

  @Spec private CommandSpec spec;

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "Recorded streams.")
  private List<Path> files;

  @Option(
      names = "--to",
      paramLabel = "ADDRESS",
      required = true,
      converter = ForwardCommand.Target.class,
      description = "The server: host:port, [ipv6]:port, unix:/path or unix:@abstract-name.")
  private Address to;

  @Option(
      names = "--speed",
      paramLabel = "1x|10x|max",
      converter = SpeedText.class,
      description =
          "How fast recorded time passes, any factor; max sends as fast as the server takes it."
              + " Default 1x for captures; plain files carry no time and are always sent at max.")
  private Speed speed;

  @Option(
      names = "--concurrency",
      paramLabel = "N",
      defaultValue = "1",
      description = "Sessions at a time; default ${DEFAULT-VALUE}.")
  private int concurrency;

  @Option(
      names = "--repeat",
      paramLabel = "N",
      defaultValue = "1",
      description = "How often each session is replayed; default ${DEFAULT-VALUE}.")
  private int repeat;

  @Option(
      names = "--compare",
      description = "Compares the answers, and shows where each session first differs.")
  private boolean compare;

  @Option(
      names = "--causal",
      negatable = true,
      description =
          "Sends bytes of a capture, at any speed, only after as many answers as were recorded"
              + " before them: for protocols that cannot be asked twice at once. Default with"
              + " --compare; --no-causal turns it off. Plain files do not tell the order.")
  private Boolean causal;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "10s",
      converter = TimeText.class,
      description =
          "How long the server may be silent before a session is ended, or take to connect;"
              + " default ${DEFAULT-VALUE}.")
  private Duration timeout;

  @Option(
      names = "--transport",
      paramLabel = "auto|epoll|nio",
      defaultValue = "auto",
      converter = WayText.class,
      description = "The way to the operating system; auto takes epoll where it works.")
  private Way way;

  /** Converts and refuses. */
  static final class SpeedText implements ITypeConverter<Speed> {
    @Override
    public Speed convert(String text) {
      try {
        return Speed.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  /** Lower case, as in the configuration. */
  static final class WayText implements ITypeConverter<Way> {
    @Override
    public Way convert(String text) {
      return switch (text) {
        case "auto" -> Way.AUTO;
        case "epoll" -> Way.EPOLL;
        case "nio" -> Way.NIO;
        default -> throw new TypeConversionException("'" + text + "' is not auto, epoll or nio");
      };
    }
  }

  /** A duration as in the configuration, with its unit. */
  static final class TimeText implements ITypeConverter<Duration> {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,9})(ms|s|m)");

    @Override
    public Duration convert(String text) {
      Matcher matcher = FORM.matcher(text);
      if (!matcher.matches()) {
        throw new TypeConversionException("'" + text + "' is not a time such as 500ms, 10s or 1m");
      }
      long number = Long.parseLong(matcher.group(1));
      return switch (matcher.group(2)) {
        case "ms" -> Duration.ofMillis(number);
        case "s" -> Duration.ofSeconds(number);
        default -> Duration.ofMinutes(number);
      };
    }
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    require(concurrency >= 1 && concurrency <= CONCURRENCY_MAX, "--concurrency", CONCURRENCY_MAX);
    require(repeat >= 1 && repeat <= REPEAT_MAX, "--repeat", REPEAT_MAX);
    if (timeout.isZero() || timeout.compareTo(TIMEOUT_MAX) > 0) {
      throw new ParameterException(spec.commandLine(), "--timeout is more than 0, at most 60m");
    }
    CaptureIndex index = CaptureIndex.read(files);
    warn(index);
    if (compare && index.answeredSessions() == 0) {
      throw new IOException("nothing to compare with: no answers were recorded in these files");
    }
    ReplayRun run = new ReplayRun(index, target(), rules(index), concurrency, repeat);
    PrintWriter out = spec.commandLine().getOut();
    ReplayResult result = LiveLine.during(run, LINE_PERIOD, out, run::run);
    result.lines(compare).forEach(out::println);
    out.flush();
    return result.isClean() ? ExitCode.OK : ExitCode.FAILURE;
  }

  private void require(boolean holds, String option, int max) {
    if (!holds) {
      throw new ParameterException(spec.commandLine(), option + " is 1 to " + max);
    }
  }

  private void warn(CaptureIndex index) {
    PrintWriter err = spec.commandLine().getErr();
    index.warnings().stream()
        .limit(WARNINGS_SHOWN)
        .forEach(warning -> err.println("warning: " + warning));
    if (index.warnings().size() > WARNINGS_SHOWN) {
      err.println("warning: " + (index.warnings().size() - WARNINGS_SHOWN) + " more of these");
    }
    long sessions = index.sessions().size();
    long untimed = sessions - index.timedSessions();
    if (untimed > 0 && speed != null && !speed.equals(Speed.MAX)) {
      err.println("warning: " + untimed + " sessions carry no time and are sent at full speed");
    }
    long mute = sessions - index.answeredSessions();
    if (compare && mute > 0 && mute < sessions) {
      err.println("warning: " + mute + " sessions have no recorded answers to compare with");
    }
    err.flush();
  }

  private Rules rules(CaptureIndex index) {
    boolean ordered = causal != null ? causal : compare && index.timedSessions() > 0;
    Speed pace = speed != null ? speed : Speed.parse("1x");
    return new Rules(pace, compare, ordered, timeout.toNanos());
  }

  private Target target() throws IOException {
    SockAddr address = Resolver.resolve(to, "--to");
    return switch (way) {
      case AUTO -> Target.auto(address);
      case EPOLL -> Target.epoll(address);
      case NIO -> Target.nio(address);
    };
  }
}
