package io.sluice.bench.site;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A second network namespace, for the contender, joined to the generator's by a veth pair with an
 * MTU of 1500: both of a session's connections cross it, in packets of a real network's size.
 *
 * <p>Nothing outlives the run: the far namespace is that of a process which ends when its standard
 * input does, and the pair goes with it.
 */
final class VethPair implements Closeable {

  /** From the range that RFC 2544 reserves for benchmarks. */
  static final String NEAR_HOST = "198.18.0.1";

  static final String FAR_HOST = "198.18.0.2";

  private static final String NEAR = "bench0";
  private static final String FAR = "bench1";
  private static final String MTU = "1500";
  private static final int STOP_S = 2;

  private final Process holder;

  private VethPair(Process holder) {
    this.holder = holder;
  }

  /** Why there can be none; empty when there can. */
  static Optional<String> missing() {
    return OwnNetwork.exists()
        ? Optional.empty()
        : Optional.of("needs a network namespace of its own: run as root, with unshare(1), ip(8)");
  }

  static VethPair lay() throws IOException {
    Process holder = new ProcessBuilder("unshare", "--net", "cat").start();
    VethPair pair = new VethPair(holder);
    try {
      awaitNamespace(holder);
      String pid = Long.toString(holder.pid());
      OwnNetwork.run(
          "ip", "link", "add", NEAR, "mtu", MTU, "type", "veth", "peer", "name", FAR, "mtu", MTU,
          "netns", pid);
      OwnNetwork.run("ip", "addr", "add", NEAR_HOST + "/30", "dev", NEAR);
      OwnNetwork.run("ip", "link", "set", NEAR, "up");
      pair.runFar("ip addr add " + FAR_HOST + "/30 dev " + FAR);
      pair.runFar("ip link set " + FAR + " up");
      pair.runFar("ip link set lo up");
      pair.runFar(
          "echo "
              + OwnNetwork.congestionControl()
              + " > /proc/sys/net/ipv4/tcp_congestion_control");
      return pair;
    } catch (IOException e) {
      pair.close();
      throw e;
    }
  }

  /** What a command line begins with to run in the far namespace. */
  List<String> enter() {
    return List.of("nsenter", "--net=/proc/" + holder.pid() + "/ns/net", "--");
  }

  @Override
  public void close() {
    holder.destroy();
    try {
      if (!holder.waitFor(STOP_S, TimeUnit.SECONDS)) {
        holder.destroyForcibly();
      }
    } catch (InterruptedException e) {
      holder.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private void runFar(String command) throws IOException {
    OwnNetwork.run("nsenter", "--net=/proc/" + holder.pid() + "/ns/net", "--", "sh", "-c", command);
  }

  /** Its first line comes back through cat once unshare(1) has become it. */
  private static void awaitNamespace(Process holder) throws IOException {
    holder.getOutputStream().write('\n');
    holder.getOutputStream().flush();
    if (holder.getInputStream().read() != '\n') {
      byte[] said = holder.getErrorStream().readAllBytes();
      throw new IOException("unshare --net: " + new String(said, StandardCharsets.UTF_8).strip());
    }
  }
}
