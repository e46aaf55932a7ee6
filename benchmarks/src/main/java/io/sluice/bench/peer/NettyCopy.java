package io.sluice.bench.peer;

import io.sluice.bench.proc.Commands;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * {@link io.sluice.bench.netty.NettyProxy} in a JVM of its own, with the flags that Sluice's
 * launcher gives its own.
 */
record NettyCopy(String name, int threads) implements Contender {

  @Override
  public String description() {
    return "Netty "
        + io.netty.util.Version.identify().get("netty-transport").artifactVersion()
        + " on native epoll, copying through pooled buffers, event loops "
        + threads;
  }

  @Override
  public Optional<String> missing() {
    return io.netty.channel.epoll.Epoll.isAvailable()
        ? Optional.empty()
        : Optional.of("Netty's native epoll works on Linux x86-64 with glibc only");
  }

  @Override
  public boolean isSluice() {
    return false;
  }

  @Override
  public Running start(Place place) throws IOException {
    String home = System.getProperty("java.home");
    String java = Commands.find(Path.of(home, "bin", "java").toString()).orElseThrow().toString();
    return Running.command(
        List.of(
            java,
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            "-Xshare:auto",
            "-Xlog:disable",
            "-Djava.net.preferIPv4Stack=true",
            // It logs nothing, and SLF4J need not complain of that.
            "-Dslf4j.internal.verbosity=ERROR",
            "-cp",
            System.getProperty("java.class.path"),
            "io.sluice.bench.netty.NettyProxy",
            place.listenHost(),
            Integer.toString(place.listenPort()),
            place.targetHost(),
            Integer.toString(place.targetPort()),
            Integer.toString(threads)),
        place);
  }
}
