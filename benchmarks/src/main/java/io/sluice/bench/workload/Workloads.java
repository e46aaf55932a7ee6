package io.sluice.bench.workload;

import io.sluice.bench.load.Direction;
import io.sluice.bench.load.Ending;
import io.sluice.bench.site.Scene;
import io.sluice.bench.workload.Traffic.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The one list of what is measured. */
public final class Workloads {

  /** What {@code --quick} runs. */
  public static final List<String> QUICK =
      List.of("bulk-down-1", "bulk-down-8", "rr-64-32", "conn-reset");

  private static final int CONNECTING_AT_ONCE = 32;
  private static final int REQUEST_BYTES = 32;
  private static final int MIXED_SMALL = 100;
  private static final int SLOW = 8;

  /** Contenders have as many threads as the run gives them. */
  private static final int AS_THE_RUN = 0;

  /** Round trips a second of the fixed schedule: well below what any contender can do. */
  private static final int RATE = 16_000;

  private Workloads() {}

  public static List<Workload> all() {
    List<Workload> all = new ArrayList<>();
    for (Direction direction : List.of(Direction.DOWN, Direction.UP, Direction.BOTH)) {
      for (int connections : List.of(1, 8, 64, 256)) {
        all.add(bulk(Scene.LOOPBACK, direction, connections));
      }
    }
    for (int size : List.of(64, 1024, 16 << 10, 64 << 10)) {
      for (int connections : size == 64 ? List.of(1, 8, 32, 256) : List.of(1, 32, 256)) {
        all.add(roundTrips(Scene.LOOPBACK, size, connections));
      }
    }
    all.add(roundTripsAtRate(32));
    all.add(roundTripsAtRate(256));
    all.add(connects(Scene.LOOPBACK, "conn-reset", Ending.CLIENT_RESET, "the client resets"));
    all.add(connects(Scene.LOOPBACK, "conn-fin", Ending.CLIENT_FIN, "the client closes first"));
    all.add(
        connects(Scene.LOOPBACK, "conn-server-fin", Ending.SERVER_FIN, "the server closes first"));
    all.add(new Idle(100));
    all.add(new Idle(1000));
    all.add(new Idle(5000));
    all.add(mixed("mixed", AS_THE_RUN, ""));
    all.add(mixed("mixed-one-loop", 1, "; every contender has one thread or worker"));
    all.add(slow());
    all.add(bulk(Scene.MIRROR, Direction.UP, 1));
    all.add(bulk(Scene.MIRROR, Direction.UP, 8));
    all.add(roundTrips(Scene.MIRROR, 64, 32));
    all.add(
        connects(Scene.MIRROR, "mirror-conn-fin", Ending.CLIENT_FIN, "the client closes first"));
    all.add(bulk(Scene.VETH, Direction.DOWN, 1));
    all.add(bulk(Scene.VETH, Direction.DOWN, 8));
    all.add(bulk(Scene.VETH, Direction.UP, 8));
    all.add(roundTrips(Scene.VETH, 64, 32));
    all.add(new Foreign("iperf3-1", "iperf3 -R, streams: 1", Scene.IPERF3, 1));
    all.add(new Foreign("iperf3-8", "iperf3 -R, streams: 8", Scene.IPERF3, 8));
    all.add(new Foreign("wrk-64", "wrk to nginx, small answers, connections: 64", Scene.WRK, 64));
    all.add(new Foreign("redis-50", "redis-benchmark -t get, connections: 50", Scene.REDIS, 50));
    return all;
  }

  /** Those whose name is one of {@code names} or begins with one and a dash. */
  public static List<Workload> named(List<String> names) {
    return all().stream()
        .filter(w -> names.stream().anyMatch(n -> (w.name() + "-").startsWith(n + "-")))
        .toList();
  }

  private static Workload bulk(Scene scene, Direction direction, int connections) {
    String way = direction.name().toLowerCase(Locale.ROOT);
    return new Traffic(
        prefix(scene) + "bulk-" + way + "-" + connections,
        "Bulk, "
            + switch (direction) {
              case UP -> "client to server";
              case DOWN -> "server to client";
              case BOTH -> "both ways at once (bytes of both counted)";
            }
            + ", connections: "
            + connections
            + over(scene),
        scene,
        AS_THE_RUN,
        clients -> clients.bulk(connections, direction),
        true,
        Operation.NONE);
  }

  private static Workload roundTrips(Scene scene, int size, int connections) {
    return new Traffic(
        prefix(scene) + "rr-" + size + "-" + connections,
        "Round trips of " + size + " bytes each way, connections: " + connections + over(scene),
        scene,
        AS_THE_RUN,
        clients -> clients.roundTrips(connections, size, 0),
        false,
        Operation.ROUND_TRIP);
  }

  private static Workload roundTripsAtRate(int connections) {
    return new Traffic(
        "rate-64-" + connections,
        "Round trips of 64 bytes at "
            + RATE
            + " a second whatever happens, latency from when each was due (no coordinated"
            + " omission), connections: "
            + connections,
        Scene.LOOPBACK,
        AS_THE_RUN,
        clients -> clients.roundTripsAtRate(connections, 64, RATE),
        false,
        Operation.ROUND_TRIP);
  }

  private static Workload connects(Scene scene, String name, Ending ending, String who) {
    return new Traffic(
        name,
        "Connect, 32 bytes each way, "
            + who
            + "; "
            + CONNECTING_AT_ONCE
            + " at a time"
            + over(scene),
        scene,
        AS_THE_RUN,
        clients -> clients.connects(CONNECTING_AT_ONCE, REQUEST_BYTES, ending),
        false,
        Operation.CONNECTION);
  }

  private static Workload slow() {
    return new Traffic(
        "slow",
        SLOW
            + " bulk connections down as fast as they can beside "
            + SLOW
            + " that read 1 MB a second (bytes of the fast ones counted)",
        Scene.LOOPBACK,
        AS_THE_RUN,
        clients -> {
          clients.slow(SLOW);
          clients.bulk(SLOW, Direction.DOWN);
        },
        true,
        Operation.NONE);
  }

  private static String prefix(Scene scene) {
    return switch (scene) {
      case VETH -> "veth-";
      case MIRROR -> "mirror-";
      case LOOPBACK, IPERF3, WRK, REDIS -> "";
    };
  }

  private static String over(Scene scene) {
    return switch (scene) {
      case VETH -> "; over a veth pair with MTU 1500";
      case MIRROR -> "; what clients send is mirrored, or not for comparison";
      case LOOPBACK, IPERF3, WRK, REDIS -> "";
    };
  }

  private static Workload mixed(String name, int threads, String how) {
    return new Traffic(
        name,
        "One bulk connection down beside "
            + MIXED_SMALL
            + " that make round trips of 64 bytes"
            + how,
        Scene.LOOPBACK,
        threads,
        clients -> {
          clients.bulk(1, Direction.DOWN);
          clients.roundTrips(MIXED_SMALL, 64, 0);
        },
        true,
        Operation.ROUND_TRIP);
  }
}
