package io.sluice.bench.peer;

import io.sluice.bench.load.MirrorManner;
import java.nio.file.Path;
import java.util.List;

/** The one list of who can take part, in the order in which they run. */
public final class Contenders {

  /** Sluice's mode without options. */
  static final List<String> AS_SHIPPED = mode("auto", "auto");

  private static final String SPLICE_BOTH = "option splice-request\n    option splice-response";
  private static final String PIPE_DEFAULT = "";
  private static final int PIPE_BYTES_LARGE = 1 << 20;

  private Contenders() {}

  /**
   * Everybody, whether installed or not.
   *
   * @param folder the benchmarks folder, which holds peers/
   * @param sluice the program of Sluice
   * @param haproxy the program of HAProxy
   * @param threads threads or workers for each contender, 0 for each one's default: as many as the
   *     machine has cores
   */
  public static List<Contender> all(Path folder, String sluice, String haproxy, int threads) {
    int workers = threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    String sluiceThreads = threads == 0 ? "auto" : Integer.toString(threads);
    Path haproxyConfig = folder.resolve("peers/haproxy.cfg.template");
    Path nginxConfig = folder.resolve("peers/nginx.cfg.template");
    String pipeLarge = "tune.pipesize " + PIPE_BYTES_LARGE;
    Sluice shipped = new Sluice("sluice-auto", sluice, AS_SHIPPED, sluiceThreads);
    return List.of(
        shipped,
        new Sluice("sluice-splice", sluice, mode("epoll", "splice"), sluiceThreads),
        new Sluice("sluice-copy", sluice, mode("epoll", "copy"), sluiceThreads),
        new Sluice("sluice-nio", sluice, mode("nio", "auto"), sluiceThreads),
        new Haproxy("haproxy-splice", haproxy, haproxyConfig, workers, SPLICE_BOTH, PIPE_DEFAULT),
        new Haproxy("haproxy-splice-1m", haproxy, haproxyConfig, workers, SPLICE_BOTH, pipeLarge),
        new Haproxy(
            "haproxy-splice-auto",
            haproxy,
            haproxyConfig,
            workers,
            "option splice-auto",
            PIPE_DEFAULT),
        new Haproxy("haproxy-copy", haproxy, haproxyConfig, workers, "", PIPE_DEFAULT),
        new Nginx("nginx-16k", "nginx", nginxConfig, workers, "16k"),
        new Nginx("nginx-64k", "nginx", nginxConfig, workers, "64k"),
        new SocketProxyd("socket-proxyd"),
        new NettyCopy("netty-copy", workers),
        new SpliceLoop("c-splice", folder.resolve("target/splice_loop"), workers, PIPE_BYTES_LARGE),
        new Direct(),
        new MirroringSluice("sluice-mirror", shipped, MirrorManner.READS, ""),
        new MirroringSluice("sluice-mirror-block", shipped, MirrorManner.READS, "when-slow=block"),
        new MirroringSluice("sluice-mirror-deaf", shipped, MirrorManner.DEAF, ""),
        new MirroringSluice("sluice-mirror-blackhole", shipped, MirrorManner.BLACK_HOLE, ""),
        new MirroringSluice("sluice-mirror-reset", shipped, MirrorManner.RESETS, ""));
  }

  private static List<String> mode(String transport, String pump) {
    return List.of("--transport", transport, "--pump", pump);
  }
}
