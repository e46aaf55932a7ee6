package io.sluice.bench.goals;

import io.sluice.bench.figures.Metric;
import io.sluice.bench.goals.Goal.Pair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The one list of the numbers that Sluice is to reach, default configuration and all features on.
 * What is measured in both directions counts in the worse one.
 */
public final class Goals {

  private static final String OURS = "sluice-auto";
  private static final String NIO = "sluice-nio";
  private static final String[] HAPROXY_OR_NGINX = {"haproxy-*", "nginx-*"};

  private Goals() {}

  /** All of them, in the order of the report. */
  public static List<Goal> all() {
    List<Goal> all = new ArrayList<>();
    addBulk(all);
    addRoundTrips(all);
    addSessions(all);
    addScaling(all);
    addNio(all);
    addMirrors(all);
    return List.copyOf(all);
  }

  private static void addBulk(List<Goal> all) {
    for (int connections : List.of(1, 8, 64)) {
      all.add(
          goal("CPU per GB against a minimal C splice loop", Metric.CPU_PER_GB, 1.05)
              .against("c-splice")
              .in(bothWays(connections)));
    }
    for (int connections : List.of(1, 8, 64)) {
      String what = "CPU per GB against HAProxy splice-request/response";
      all.add(
          goal(what, Metric.CPU_PER_GB, connections == 1 ? 0.80 : 0.65)
              .against("haproxy-splice")
              .in(bothWays(connections)));
      all.add(
          information(what + " with pipes of 1 MiB", Metric.CPU_PER_GB)
              .against("haproxy-splice-1m")
              .in(bothWays(connections)));
    }
    all.add(
        goal("CPU per GB against nginx stream 64 KiB", Metric.CPU_PER_GB, 0.40)
            .against("nginx-64k")
            .in(bothWays(8)));
    all.add(
        goal("CPU per GB against HAProxy without splice", Metric.CPU_PER_GB, 0.40)
            .against("haproxy-copy")
            .in(bothWays(8)));
    all.add(
        goal("throughput of 1 bulk flow against no proxy", Metric.THROUGHPUT, 0.90)
            .against("direct")
            .in(bothWays(1)));
  }

  private static void addRoundTrips(List<Goal> all) {
    String better = " against the better of HAProxy and nginx";
    for (int connections : List.of(32, 256)) {
      Pair where = Pair.same("rr-64-" + connections);
      all.add(
          goal("64 B round trips/s" + better, Metric.ROUND_TRIPS, 1.10)
              .against(HAPROXY_OR_NGINX)
              .in(where));
      all.add(
          goal("p99 of 64 B round trips" + better, Metric.P99, 1.0)
              .against(HAPROXY_OR_NGINX)
              .in(where));
    }
    for (int connections : List.of(1, 32, 256)) {
      all.add(
          goal("CPU per million 64 B round trips" + better, Metric.CPU_PER_MILLION, 0.95)
              .against(HAPROXY_OR_NGINX)
              .in(Pair.same("rr-64-" + connections)));
    }
    for (int kib : List.of(16, 64)) {
      for (int connections : List.of(1, 32, 256)) {
        all.add(
            goal(kib + " KiB round trips/s" + better, Metric.ROUND_TRIPS, 1.10)
                .against(HAPROXY_OR_NGINX)
                .in(Pair.same("rr-" + (kib << 10) + "-" + connections)));
      }
    }
    all.add(
        goal(
                "p99 of 100 small flows beside one bulk flow on the same loop against HAProxy",
                Metric.P99,
                1.0)
            .against("haproxy-*")
            .in(Pair.same("mixed-one-loop")));
  }

  private static void addSessions(List<Goal> all) {
    for (String ending : List.of("fin", "reset", "server-fin")) {
      all.add(
          goal("connections/s against HAProxy", Metric.CONNECTIONS, 1.05)
              .against("haproxy-*")
              .in(Pair.same("conn-" + ending)));
    }
    for (int sessions : List.of(100, 1000, 5000)) {
      all.add(
          goal(
                  "user-space memory per idle session against HAProxy",
                  Metric.MEMORY_PER_SESSION,
                  0.30)
              .against("haproxy-*")
              .in(Pair.same("idle-" + sessions)));
    }
  }

  private static void addScaling(List<Goal> all) {
    all.add(
        goal("CPU per GB at 256 connections against 8", Metric.CPU_PER_GB, 1.25)
            .against(OURS)
            .in(new Pair("bulk-down-256", "bulk-down-8"), new Pair("bulk-up-256", "bulk-up-8")));
    all.add(
        goal("CPU per round trip at 256 connections against 8", Metric.CPU_PER_MILLION, 1.25)
            .against(OURS)
            .in(new Pair("rr-64-256", "rr-64-8")));
  }

  private static void addNio(List<Goal> all) {
    all.add(
        new Row(NIO, "nio against the Netty copy proxy, CPU per GB", Metric.CPU_PER_GB, 1.0)
            .against("netty-copy")
            .in(bothWays(8)));
    all.add(
        new Row(NIO, "nio against the Netty copy proxy, round trips/s", Metric.ROUND_TRIPS, 1.0)
            .against("netty-copy")
            .in(Pair.same("rr-64-32")));
  }

  private static void addMirrors(List<Goal> all) {
    Pair[] bulk = {Pair.same("mirror-bulk-up-1"), Pair.same("mirror-bulk-up-8")};
    for (String ours : List.of("sluice-mirror", "sluice-mirror-block")) {
      all.add(
          new Row(ours, "CPU per GB with a mirror against none", Metric.CPU_PER_GB, 2.2)
              .against(OURS)
              .in(bulk));
      String what = "CPU per GB with a mirror against HAProxy with neither mirror nor splice";
      all.add(new Row(ours, what, Metric.CPU_PER_GB, 1.0).against("haproxy-copy").in(bulk));
    }
    for (String failing : List.of("deaf", "blackhole", "reset")) {
      String ours = "sluice-mirror-" + failing;
      all.add(
          new Row(ours, "throughput with a mirror that fails", Metric.THROUGHPUT, 0.98)
              .against(OURS)
              .in(bulk));
      all.add(
          new Row(ours, "p99 of 64 B round trips with a mirror that fails", Metric.P99, 1.05)
              .against(OURS)
              .in(Pair.same("mirror-rr-64-32")));
    }
  }

  private static Pair[] bothWays(int connections) {
    return new Pair[] {Pair.same("bulk-down-" + connections), Pair.same("bulk-up-" + connections)};
  }

  private static Row goal(String what, Metric metric, double limit) {
    return new Row(OURS, what, metric, limit);
  }

  private static Row information(String what, Metric metric) {
    return new Row(OURS, what, metric, null);
  }

  /** A goal that does not yet say against whom and where; {@code limit} may be {@code null}. */
  private record Row(String ours, String what, Metric metric, Double limit, List<String> peers) {

    Row(String ours, String what, Metric metric, Double limit) {
      this(ours, what, metric, limit, List.of());
    }

    Row against(String... names) {
      return new Row(ours, what, metric, limit, Arrays.asList(names));
    }

    Goal in(Pair... pairs) {
      return new Goal(what, metric, ours, peers, Arrays.asList(pairs), Optional.ofNullable(limit));
    }
  }
}
