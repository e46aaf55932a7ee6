package io.sluice.bench.workload;

import io.sluice.bench.load.Direction;
import io.sluice.bench.load.Ending;
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

  private Workloads() {}

  public static List<Workload> all() {
    List<Workload> all = new ArrayList<>();
    for (Direction direction : List.of(Direction.DOWN, Direction.UP, Direction.BOTH)) {
      for (int connections : List.of(1, 8, 64)) {
        all.add(bulk(direction, connections));
      }
    }
    for (int size : List.of(64, 1024, 16 << 10)) {
      for (int connections : List.of(1, 32, 256)) {
        all.add(roundTrips(size, connections));
      }
    }
    all.add(connects("conn-reset", Ending.CLIENT_RESET, "the client resets"));
    all.add(connects("conn-fin", Ending.CLIENT_FIN, "the client closes first"));
    all.add(connects("conn-server-fin", Ending.SERVER_FIN, "the server closes first"));
    all.add(new Idle(100));
    all.add(new Idle(1000));
    all.add(mixed());
    return all;
  }

  /** Those whose name is one of {@code names} or begins with one and a dash. */
  public static List<Workload> named(List<String> names) {
    return all().stream()
        .filter(w -> names.stream().anyMatch(n -> (w.name() + "-").startsWith(n + "-")))
        .toList();
  }

  private static Workload bulk(Direction direction, int connections) {
    String way = direction.name().toLowerCase(Locale.ROOT);
    return new Traffic(
        "bulk-" + way + "-" + connections,
        "Bulk, "
            + switch (direction) {
              case UP -> "client to server";
              case DOWN -> "server to client";
              case BOTH -> "both ways at once (bytes of both counted)";
            }
            + ", connections: "
            + connections,
        clients -> clients.bulk(connections, direction),
        true,
        Operation.NONE);
  }

  private static Workload roundTrips(int size, int connections) {
    return new Traffic(
        "rr-" + size + "-" + connections,
        "Round trips of " + size + " bytes each way, connections: " + connections,
        clients -> clients.roundTrips(connections, size, 0),
        false,
        Operation.ROUND_TRIP);
  }

  private static Workload connects(String name, Ending ending, String who) {
    return new Traffic(
        name,
        "Connect, 32 bytes each way, " + who + "; " + CONNECTING_AT_ONCE + " at a time",
        clients -> clients.connects(CONNECTING_AT_ONCE, REQUEST_BYTES, ending),
        false,
        Operation.CONNECTION);
  }

  private static Workload mixed() {
    return new Traffic(
        "mixed",
        "One bulk connection down beside " + MIXED_SMALL + " that make round trips of 64 bytes",
        clients -> {
          clients.bulk(1, Direction.DOWN);
          clients.roundTrips(MIXED_SMALL, 64, 0);
        },
        true,
        Operation.ROUND_TRIP);
  }
}
