package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.linux.FreePort;
import io.sluice.mirror.DetachReason;
import io.sluice.mirror.MirrorCounter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Mirrors that are servers of other makes: what they get, what they answer, what they see. */
@EndToEnd
class MirrorTargetIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int BYTES = 5_000_000;
  private static final int KEYS = 200;
  private static final int CLIENTS = 24;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"epoll, UNIX-LISTEN", "epoll, ABSTRACT-LISTEN", "nio, UNIX-LISTEN"})
  void unixMirrorGetsEveryByteAndTheEnd(String transport, String kind) throws IOException {
    boolean path = kind.equals("UNIX-LISTEN");
    String name = path ? folder + "/mirror.sock" : "sluice-mirror-" + ProcessHandle.current().pid();
    Path got = folder.resolve("got");
    List<String> command =
        List.of(Tool.SOCAT.path(), "-u", kind + ":" + name, "OPEN:" + got + ",creat");
    String mirror = "unix:" + (path ? name : "@" + name) + ",when-slow=block,max-lag=20s";
    try (Echo echo = new Echo();
        Program socat = Program.start(folder, "socat", command)) {
      socat.await("a listening socket", LIMIT, () -> listens(name));
      try (Sluice sluice = Sluice.mirrored(folder, transport, echo.address(), mirror)) {
        assertThat(Echo.roundTrip(sluice, BYTES)).isEqualTo(BYTES);

        assertThat(socat.awaitExit(LIMIT)).isZero(); // It has seen the end.
        assertThat(got).hasBinaryContent(Echo.content(BYTES));
        assertThat(sluice.awaitMirrorAtRest("m1")).contains(" bytes_total=" + BYTES + " ");
        assertThat(sluice.stderr()).doesNotContain("detached from");
      }
    }
  }

  /** Of proc(5), net/unix: the flags of a listening socket are 00010000. */
  private static boolean listens(String name) {
    try {
      return Files.readString(Path.of("/proc/net/unix"))
          .lines()
          .anyMatch(line -> line.contains(" 00010000 ") && line.endsWith(name));
    } catch (IOException e) {
      return false;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void repliesAreRecordedAndNeverReachTheClient(String transport) throws IOException {
    Path replies = folder.resolve("replies");
    try (Redis first = Redis.start(folder);
        Redis second = Redis.start(folder);
        Socket toFirst = first.connect();
        Socket toSecond = second.connect();
        Sluice sluice =
            Sluice.mirrored(
                folder,
                transport,
                first.address(),
                second.address() + ",max-lag=20s,replies=file:" + replies + "/{date}/{session}")) {
      fill(toFirst, "primary");
      fill(toSecond, "mirror");
      String fromFirst = questions(toFirst);
      String fromSecond = questions(toSecond);
      assertThat(fromSecond).isNotEqualTo(fromFirst).contains("mirror");

      try (Socket client = sluice.connect()) {
        assertThat(questions(client)).isEqualTo(fromFirst).doesNotContain("mirror");
        // A redis that sees the end of its client forgets what it would still have said.
        await()
            .atMost(LIMIT)
            .until(() -> files(replies).size() == 1 && said(replies).equals(fromSecond));
        client.shutdownOutput();
        assertThat(client.getInputStream().read()).isEqualTo(-1);
      }
      sluice.awaitMirrorAtRest("m1");
      await().atMost(LIMIT).until(() -> files(replies).stream().noneMatch(MirrorTargetIT::isPart));
      assertThat(said(replies)).isEqualTo(fromSecond);
      assertThat(sluice.stderr()).doesNotContain("detached from", " ERROR ");
    }
  }

  private static void fill(Socket redis, String value) throws IOException {
    for (int key = 0; key < KEYS; key++) {
      String set = "SET key:" + key + " " + (value + key).repeat(key + 1) + "\r\n";
      assertThat(Redis.replied(redis, set)).isEqualTo("+OK\r\n");
    }
  }

  /** Gets all keys, one after the other; returns all answers. */
  private static String questions(Socket redis) throws IOException {
    StringBuilder answers = new StringBuilder();
    for (int key = 0; key < KEYS; key++) {
      answers.append(Redis.replied(redis, "GET key:" + key + "\r\n"));
    }
    return answers.toString();
  }

  private static String said(Path replies) throws IOException {
    return Files.readString(files(replies).get(0), StandardCharsets.ISO_8859_1);
  }

  private static boolean isPart(Path file) {
    return file.toString().endsWith(".part");
  }

  private static List<Path> files(Path root) throws IOException {
    if (Files.notExists(root)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void haproxyLogsTheClientOfTheHeader(String transport) throws IOException {
    Path recorded = folder.resolve("recorded");
    String format = "%ci:%cp %fi:%fp id=%[fc_pp_unique_id] up=%U";
    try (Echo server = new Echo();
        Echo behind = new Echo();
        Haproxy haproxy = Haproxy.acceptingProxyHeaders(folder, behind.address(), format);
        Sluice sluice =
            Sluice.mirrored(
                folder,
                transport,
                server.address(),
                haproxy.address() + ",proxy-protocol=v2,when-slow=block,max-lag=20s",
                "file:" + recorded + "/{session},when-slow=block,max-lag=20s")) {
      InetAddress own = InetAddress.getByName("127.0.0.77");
      String client;
      try (Socket socket = new Socket("127.0.0.1", sluice.port(), own, 0)) {
        client = "127.0.0.77:" + socket.getLocalPort();
        assertThat(Echo.roundTrip(socket, BYTES)).isEqualTo(BYTES);
      }
      Matcher line =
          haproxy.awaitLog(
              Pattern.compile("^(\\S+) (\\S+) id=(\\S+) up=(\\d+)$", Pattern.MULTILINE));
      sluice.awaitMirrorAtRest("m2");

      assertThat(line.group(1)).isEqualTo(client);
      assertThat(line.group(2)).isEqualTo("127.0.0.1:" + sluice.port());
      assertThat(files(recorded))
          .singleElement()
          .isEqualTo(recorded.resolve(line.group(3))); // Both mirrors know it by one id.
      assertThat(line.group(4)).isEqualTo(String.valueOf(BYTES));
      assertThat(sluice.stderr()).doesNotContain("detached from");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void samplingByClientTakesTheSameClientsAlways(String transport) throws IOException {
    Set<String> first = sampled(transport, folder.resolve("first"));
    assertThat(first).hasSizeBetween(1, CLIENTS - 1);
    assertThat(sampled(transport, folder.resolve("second"))).isEqualTo(first);
  }

  /** The clients of which a proxy has mirrored both of two sessions; none may have one alone. */
  private Set<String> sampled(String transport, Path recorded) throws IOException {
    Set<String> once = new TreeSet<>();
    Set<String> twice = new TreeSet<>();
    try (Echo echo = new Echo();
        Sluice sluice =
            Sluice.mirrored(
                folder,
                transport,
                echo.address(),
                "file:" + recorded + "/{client}.{session},sample=50% by client,max-lag=20s")) {
      for (int round = 0; round < 2; round++) {
        for (int client = 1; client <= CLIENTS; client++) {
          InetAddress own = InetAddress.getByName("127.0.0." + (100 + client));
          try (Socket socket = new Socket("127.0.0.1", sluice.port(), own, 0)) {
            assertThat(Echo.roundTrip(socket, 10)).isEqualTo(10);
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
          }
        }
      }
      String counters = sluice.awaitMirrorAtRest("m1");
      for (Path file : files(recorded)) {
        String client = file.getFileName().toString().replaceFirst("_.*", "");
        if (!once.add(client)) {
          twice.add(client);
        }
      }
      assertThat(twice).isEqualTo(once);
      assertThat(counters)
          .contains("sessions_total=" + 2 * twice.size() + " ")
          .contains(" not_sampled_total=" + 2 * (CLIENTS - twice.size()) + " ");
    }
    return twice;
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void everythingThatIsCountedIsSeen(String transport) throws IOException {
    int refusing = FreePort.any();
    try (Echo echo = new Echo();
        Echo shadow = new Echo();
        Sluice sluice =
            Sluice.mirrored(
                folder,
                transport,
                echo.address(),
                shadow.address() + ",when-slow=block,max-lag=20s",
                "127.0.0.1:" + refusing + ",max-sessions=1")) {
      try (Socket client = sluice.connect()) {
        client.setSoTimeout((int) LIMIT.toMillis());
        client.getOutputStream().write(new byte[1000]);
        assertThat(client.getInputStream().readNBytes(1000)).hasSize(1000);
        sluice.program().awaitStderr(Pattern.compile("detached from"), LIMIT);
      }

      assertThat(sluice.awaitSessions(1).get(0).mirrors()).isEqualTo("m1:1000,m2:0(connect)");
      String good = sluice.awaitMirrorAtRest("m1");
      String bad = sluice.awaitMirrorAtRest("m2");
      for (String counters : List.of(good, bad)) {
        assertThat(Arrays.stream(counters.split(" ")).map(word -> word.replaceFirst("=.*", "")))
            .containsExactlyElementsOf(keys());
      }
      assertThat(good)
          .contains("sessions_total=1 ", " eligible_bytes_total=1000 ", " bytes_total=1000 ")
          .contains(" teed_bytes_total=0 copied_bytes_total=1000 ", " lag_ms=0 coverage=100%");
      assertThat(bad)
          .contains("sessions_total=1 ", " eligible_bytes_total=1000 ", " bytes_total=0 ")
          .contains(" connect_failures_total=1 ", " detached_connect_total=1 ", " coverage=0%");
    }
  }

  /** Everything that is to be told of a mirror, and nothing else. */
  private static List<String> keys() {
    Stream<String> counted = Arrays.stream(MirrorCounter.values()).map(MirrorCounter::key);
    List<String> keys = Stream.concat(counted, Stream.of("active", "lag_ms", "coverage")).toList();
    assertThat(keys)
        .contains("sessions_total", "bytes_total", "teed_bytes_total", "copied_bytes_total")
        .contains("connect_failures_total", "eligible_bytes_total");
    for (DetachReason reason : DetachReason.values()) {
      assertThat(keys).contains("detached_" + reason.word().replace('-', '_') + "_total");
    }
    return keys;
  }
}
