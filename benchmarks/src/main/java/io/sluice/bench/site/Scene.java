package io.sluice.bench.site;

import io.sluice.bench.peer.Contender;
import io.sluice.bench.proc.Commands;
import java.util.Optional;

/** What can stand around the contenders. Workloads of one scene are run together. */
public enum Scene {
  /** Our generator at both ends, loopback between. */
  LOOPBACK("", ""),
  /** The same with a mirror beside the server of each contender that has one. */
  MIRROR("", ""),
  /** Our generator at both ends, a veth pair of MTU 1500 between. */
  VETH("", ""),
  /** iperf3(1) at both ends, over loopback. */
  IPERF3("iperf3", "iperf3"),
  /** wrk before, nginx with a small answer behind, over loopback. */
  WRK("wrk", "nginx"),
  /** redis-benchmark before, redis-server behind, over loopback. */
  REDIS("redis-benchmark", "redis-server");

  private final String client;
  private final String server;

  Scene(String client, String server) {
    this.client = client;
    this.server = server;
  }

  /** True when clients and server are programs of others. */
  public boolean isForeign() {
    return !client.isEmpty();
  }

  /** True for contenders that mean something here. */
  public boolean admits(Contender contender) {
    return switch (this) {
      case MIRROR -> contender.mirror().isPresent() || contender.isMirrorYardstick();
      // A veth pair ends where no proxy is: the connection would not cross it.
      case VETH -> contender.mirror().isEmpty() && contender.hasProcess();
      case LOOPBACK, IPERF3, WRK, REDIS -> contender.mirror().isEmpty();
    };
  }

  /** Empty when it can be set; otherwise what is missing and how to get it. */
  public Optional<String> missing() {
    return switch (this) {
      case LOOPBACK, MIRROR -> Optional.empty();
      case VETH -> VethPair.missing();
      case IPERF3 -> programs("iperf3");
      case WRK -> programs("wrk nginx");
      case REDIS -> programs("redis-tools redis-server");
    };
  }

  private Optional<String> programs(String packages) {
    return Commands.find(client).isPresent() && Commands.find(server).isPresent()
        ? Optional.empty()
        : Optional.of("no " + client + " or no " + server + "; apt-get install " + packages);
  }
}
