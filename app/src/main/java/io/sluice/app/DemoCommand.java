package io.sluice.app;

import io.sluice.app.demo.Bulk;
import io.sluice.app.demo.Moved;
import io.sluice.app.demo.MovedLine;
import io.sluice.app.demo.Origin;
import io.sluice.app.demo.RoundTrips;
import io.sluice.app.demo.Summary;
import io.sluice.app.live.LiveLine;
import io.sluice.config.ConfigException;
import io.sluice.config.ConfigReader;
import io.sluice.config.Loaded;
import io.sluice.config.SluiceConfig;
import io.sluice.linux.SockAddr;
import io.sluice.proxy.Proxy;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sluice demo}: the proxy and both ends of its traffic in one process. */
@Command(
    name = "demo",
    description = {
      "Shows the proxy at work, with nothing to prepare.",
      "",
      "Starts an origin server and the proxy on free ports of 127.0.0.1, sends bulk streams"
          + " through it in both directions, compares both ends of each, then measures small"
          + " round trips. Ends with 1 if a stream arrived changed. Clients, origin and proxy"
          + " share this machine's cores: the numbers are a demonstration, not a benchmark."
    })
final class DemoCommand implements Callable<Integer> {
  private static final String NAME = "demo";
  private static final int CONNECTIONS_MAX = 1_000;
  private static final Duration LINE_PERIOD = Duration.ofSeconds(1);

  /** Shares of the time; the rest goes to round trips without the proxy. */
  private static final double BULK_SHARE = 0.5;

  private static final double TRIPS_SHARE = 0.35;

  @Spec private CommandSpec spec;
  @Mixin private LoopOptions options;

  @Option(
      names = "--serve",
      description = "Sends nothing; keeps origin and proxy running until Ctrl-C, for curl and nc.")
  private boolean serve;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "5",
      description = "How long to send, about; default ${DEFAULT-VALUE}.")
  private double seconds;

  @Option(
      names = "--connections",
      paramLabel = "N",
      defaultValue = "4",
      description = "Bulk streams at a time; default ${DEFAULT-VALUE}.")
  private int connections;

  @Override
  public Integer call() throws IOException, ConfigException, InterruptedException {
    if (!(seconds > 0 && seconds <= 3600)) {
      throw new ParameterException(spec.commandLine(), "--seconds is more than 0, at most 3600");
    }
    if (connections < 1 || connections > CONNECTIONS_MAX) {
      throw new ParameterException(spec.commandLine(), "--connections is 1 to " + CONNECTIONS_MAX);
    }
    try (Origin origin = Origin.open()) {
      String target = SockAddr.fromJava(origin.address()).toString();
      Loaded config = config(target);
      return serve
          ? new Daemon(config, spec.commandLine().getErr()).run(this::showWhatToTry)
          : send(config.config(), origin.address());
    }
  }

  private Loaded config(String target) throws ConfigException {
    String text =
        """
        sluice.frontends.demo { bind = "127.0.0.1:0", backend = demo }
        sluice.backends.demo.servers.origin = "%s"
        """
            .formatted(target);
    return ConfigReader.parse(NAME, text, options.overrides(), LoopOptions.ORIGIN);
  }

  private void showWhatToTry(Proxy proxy) {
    SockAddr address = proxy.boundAddress(NAME, 0);
    PrintWriter out = spec.commandLine().getOut();
    out.println("Try:");
    out.println("  curl http://" + address + "/");
    out.println("  curl -o /dev/null http://" + address + "/bytes/1000000000");
    out.println("  printf 'ECHO\\nhello\\n' | nc -N 127.0.0.1 " + address.port());
    out.println("  kill -USR1 " + ProcessHandle.current().pid() + "   # logs all counters");
    out.println("Ctrl-C ends it.");
    out.flush();
  }

  private int send(SluiceConfig config, SocketAddress origin)
      throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    try (Proxy proxy = Proxy.start(config)) {
      SocketAddress address = proxy.boundAddress(NAME, 0).toJava();
      out.println("origin " + origin + " <- proxy " + address + " <- " + connections + " clients");
      out.flush();
      Moved before = moved(proxy);
      Bulk.Result bulk =
          LiveLine.during(
              new MovedLine("bulk", () -> moved(proxy)),
              LINE_PERIOD,
              out,
              () -> Bulk.run(address, connections, seconds * BULK_SHARE));
      Moved after = moved(proxy);
      RoundTrips.Result proxied =
          LiveLine.during(
              new MovedLine("round trips", () -> moved(proxy)),
              LINE_PERIOD,
              out,
              () -> RoundTrips.run(address, seconds * TRIPS_SHARE));
      RoundTrips.Result direct = RoundTrips.run(origin, seconds * (1 - BULK_SHARE - TRIPS_SHARE));
      String transport = Way.of(config, proxy) + ": " + proxy.transport().reason();
      out.println();
      Summary.of(transport, bulk, after.since(before), proxied, direct).forEach(out::println);
      out.flush();
      return bulk.different() == 0 ? ExitCode.OK : ExitCode.FAILURE;
    }
  }

  private static Moved moved(Proxy proxy) {
    return Moved.of(proxy.snapshot());
  }
}
