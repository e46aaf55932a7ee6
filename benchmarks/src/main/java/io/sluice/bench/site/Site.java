package io.sluice.bench.site;

import io.sluice.bench.peer.Contender;
import io.sluice.bench.peer.Place;
import io.sluice.bench.peer.Running;
import io.sluice.bench.proc.Commands;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** A {@link Scene} that has been set; contenders are started in it. One thread. */
public final class Site implements Closeable {

  private static final String LOOPBACK = "127.0.0.1";

  private final Scene scene;
  private final Pinning pinning;
  private final Path work;
  private final VethPair veth;
  private Running server;

  private Site(Scene scene, Pinning pinning, Path work, VethPair veth) {
    this.scene = scene;
    this.pinning = pinning;
    this.work = work;
    this.veth = veth;
  }

  /**
   * Sets the scene.
   *
   * @param peers the folder of templates
   * @param work a folder for files, below which each contender gets its own
   */
  public static Site set(Scene scene, Pinning pinning, Path peers, Path work) throws IOException {
    VethPair veth = scene == Scene.VETH ? VethPair.lay() : null;
    Site site = new Site(scene, pinning, work, veth);
    if (scene.isForeign()) {
      site.startServer(peers);
    }
    return site;
  }

  public Scene scene() {
    return scene;
  }

  /** The address that servers listen on. */
  public String targetHost() {
    return veth == null ? LOOPBACK : VethPair.NEAR_HOST;
  }

  /** The port of the foreign server. */
  public int serverPort() {
    return server.port();
  }

  /**
   * Starts a contender in the scene.
   *
   * @param mirrorPort of the mirror, if it has one
   * @param folder name of its folder
   */
  public Running start(Contender contender, int targetPort, OptionalInt mirrorPort, String folder)
      throws IOException {
    List<String> prefix = new ArrayList<>(pinning.prefix());
    String listenHost = LOOPBACK;
    if (veth != null) {
      prefix.addAll(veth.enter());
      listenHost = VethPair.FAR_HOST;
    }
    Path own = Files.createDirectories(work.resolve(folder));
    return contender.start(
        new Place(listenHost, freePort(), targetHost(), targetPort, mirrorPort, prefix, own));
  }

  @Override
  public void close() {
    if (server != null) {
      server.close();
    }
    if (veth != null) {
      veth.close();
    }
  }

  private void startServer(Path peers) throws IOException {
    Path own = Files.createDirectories(work.resolve("server"));
    Place place = new Place(LOOPBACK, freePort(), LOOPBACK, 0, OptionalInt.empty(), List.of(), own);
    String port = Integer.toString(place.listenPort());
    List<String> command =
        switch (scene) {
          case LOOPBACK, MIRROR, VETH ->
              throw new IllegalStateException("the generator serves " + scene);
          case IPERF3 -> List.of("iperf3", "--server", "--bind", LOOPBACK, "--port", port);
          case WRK -> {
            Path config =
                Commands.fill(
                    peers.resolve("nginx-http.cfg.template"),
                    Map.of("LISTEN", LOOPBACK + ":" + port, "WORK", own.toString()),
                    own.resolve("nginx.conf"));
            yield List.of("nginx", "-p", own.toString(), "-e", "stderr", "-c", config.toString());
          }
          case REDIS ->
              List.of(
                  "redis-server",
                  "--bind",
                  LOOPBACK,
                  "--port",
                  port,
                  "--save",
                  "",
                  "--appendonly",
                  "no",
                  "--dir",
                  own.toString());
        };
    List<String> line = new ArrayList<>(command);
    line.set(0, Commands.find(command.get(0)).orElseThrow().toString());
    server = Running.command(line, place);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("0.0.0.0"))) {
      return socket.getLocalPort();
    }
  }
}
