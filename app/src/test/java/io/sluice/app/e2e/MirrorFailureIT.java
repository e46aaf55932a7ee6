package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.linux.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Mirrors that fail, and what clients and operators see of it: nothing, and one line. */
@EndToEnd
class MirrorFailureIT {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final int BYTES = 24 << 20;
  private static final InetAddress LOCAL = InetAddress.getLoopbackAddress();

  @TempDir Path folder;

  /** A server that is no good as a mirror, and what is said about it. */
  private enum Bad {
    REFUSES("connect", "it cannot be reached (Connection refused)") {
      @Override
      int listen(List<AutoCloseable> held) throws IOException {
        return FreePort.any();
      }
    },

    NEVER_READS("buffer", "its buffer is full") {
      @Override
      int listen(List<AutoCloseable> held) throws IOException {
        ServerSocket listener = new ServerSocket(0, 16, LOCAL);
        held.add(listener);
        return listener.getLocalPort();
      }
    },

    RESETS("closed", "it closed its connection (") {
      @Override
      int listen(List<AutoCloseable> held) throws IOException {
        ServerSocket listener = new ServerSocket(0, 16, LOCAL);
        held.add(listener);
        Thread thread = new Thread(() -> resetAll(listener), "resets");
        thread.setDaemon(true);
        thread.start();
        return listener.getLocalPort();
      }
    };

    private final String reason;
    private final String sentence;

    Bad(String reason, String sentence) {
      this.reason = reason;
      this.sentence = sentence;
    }

    abstract int listen(List<AutoCloseable> held) throws IOException;

    private static void resetAll(ServerSocket listener) {
      while (!listener.isClosed()) {
        try (Socket socket = listener.accept()) {
          socket.getInputStream().readNBytes(1000);
          socket.setSoLinger(true, 0);
        } catch (IOException e) {
          // The listener is closed, which ends the loop, or this connection has gone already.
        }
      }
    }
  }

  private static void close(List<AutoCloseable> held) throws Exception {
    for (AutoCloseable one : held) {
      one.close();
    }
  }

  @ParameterizedTest
  @EnumSource(Bad.class)
  void badMirrorIsDroppedAndTheTransferIsExact(Bad bad) throws Exception {
    for (String transport : List.of("epoll", "nio")) {
      List<AutoCloseable> held = new ArrayList<>();
      String mirror = "127.0.0.1:" + bad.listen(held);
      try (Echo echo = new Echo();
          Sluice sluice =
              Sluice.mirrored(folder, transport, echo.address(), mirror + ",max-lag=none")) {
        try (Socket client = sluice.connect()) {
          client.setSoTimeout((int) LIMIT.toMillis());
          exchange(client);
          if (bad != Bad.NEVER_READS) {
            sluice.program().awaitStderr(Pattern.compile("detached from"), LIMIT);
          }
          assertThat(Echo.roundTrip(client, BYTES)).isEqualTo(BYTES);
        }

        SessionLine session = sluice.awaitSessions(1).get(0);
        assertThat(session.bytesToServer()).isEqualTo(BYTES + 1000);
        assertThat(session.bytesToClient()).isEqualTo(BYTES + 1000);
        assertThat(session.state()).isEqualTo("--");
        assertThat(session.mirrors()).matches("m1:\\d+\\(" + bad.reason + "\\)");
        String detached =
            "mirror m1 (tcp:" + mirror + "): detached from 1 session(s): " + bad.sentence;
        assertThat(sluice.stderr()).containsOnlyOnce(detached).containsOnlyOnce("detached from");
        String counters = sluice.awaitMirrorAtRest("m1");
        assertThat(counters).contains("detached_" + bad.reason + "_total=1");
        assertThat(sluice.stop()).isZero();
      } finally {
        close(held);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void blackHoleIsGivenUpAfterConnectTimeout(String transport) throws Exception {
    List<AutoCloseable> held = new ArrayList<>();
    try (Echo echo = new Echo()) {
      String mirror = "127.0.0.1:" + blackHole(held);
      try (Sluice sluice =
          Sluice.mirrored(
              folder, transport, echo.address(), mirror + ",connect-timeout=300ms,max-lag=none")) {
        try (Socket client = sluice.connect()) {
          client.setSoTimeout((int) LIMIT.toMillis());
          exchange(client);
          sluice
              .program()
              .awaitStderr(
                  Pattern.compile("detached from 1 .*did not answer within connect-timeout"),
                  LIMIT);
          exchange(client);
        }
        assertThat(sluice.awaitSessions(1).get(0).mirrors()).isEqualTo("m1:0(connect-timeout)");
        assertThat(sluice.awaitMirrorAtRest("m1"))
            .contains(" connect_failures_total=1 ", "detached_connect_timeout_total=1");
      }
    } finally {
      close(held);
    }
  }

  /** A port that answers no SYN any more, because its backlog is full. */
  private static int blackHole(List<AutoCloseable> held) throws IOException {
    ServerSocket listener = new ServerSocket(0, 1, LOCAL);
    held.add(listener);
    for (int i = 0; i < 10; i++) {
      Socket socket = new Socket();
      held.add(socket);
      try {
        socket.connect(new InetSocketAddress(LOCAL, listener.getLocalPort()), 300);
      } catch (SocketTimeoutException e) {
        return listener.getLocalPort();
      }
    }
    throw new IOException("a backlog of 1 takes 10 connections");
  }

  private static void exchange(Socket client) throws IOException {
    client.getOutputStream().write(new byte[1000]);
    assertThat(client.getInputStream().readNBytes(1000)).hasSize(1000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void fullDiskDetachesAndHarmsNothing(String transport) throws IOException {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    try (Echo echo = new Echo();
        Sluice sluice =
            Sluice.mirrored(
                folder,
                new SluiceJvm().under(smallDisk(disk)),
                List.of("--transport", transport),
                echo.address(),
                "file:" + disk + "/{session},when-slow=block,max-lag=none")) {
      assertThat(Echo.roundTrip(sluice, BYTES)).isEqualTo(BYTES);

      SessionLine session = sluice.awaitSessions(1).get(0);
      assertThat(session.bytesToServer()).isEqualTo(BYTES);
      assertThat(session.mirrors()).matches("m1:\\d+\\(write\\)");
      assertThat(sluice.awaitMirrorAtRest("m1")).contains("detached_write_total=1");
      assertThat(sluice.stderr())
          .containsOnlyOnce("detached from")
          .containsPattern("detached from 1 .*cannot be written \\(.*No space left on device");
      // In the mount namespace of the proxy alone.
      Path seen = Path.of("/proc", String.valueOf(sluice.jvm().pid()), "root" + disk);
      List<Path> files = files(seen);
      assertThat(files).hasSize(1);
      assertThat(files.get(0).toString()).endsWith(".part");
      assertExactPrefix(Files.readAllBytes(files.get(0)));
      assertThat(sluice.stop()).isZero();
    }
  }

  private static void assertExactPrefix(byte[] content) {
    assertThat(content.length).isBetween(1 << 20, BYTES - 1);
    assertThat(Arrays.equals(content, Echo.content(content.length))).isTrue();
  }

  /** Puts 4 MiB of memory at {@code disk}, for the command behind it only. */
  private List<String> smallDisk(Path disk) throws IOException {
    List<String> words =
        List.of(
            Tool.UNSHARE.path(),
            "--mount",
            "/bin/sh",
            "-c",
            "mount -t tmpfs -o size=4m tmpfs '" + disk + "' && exec \"$@\"",
            "sh");
    List<String> probe = new ArrayList<>(words);
    probe.add("/bin/true");
    Program probed = Program.run(folder, "probe", probe, LIMIT);
    if (probed.exitCode() != 0) {
      Tool.missing("needs the right to mount a tmpfs: " + probed.stderr());
    }
    return words;
  }

  private static List<Path> files(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  @Test
  void mirrorToItselfIsRefused() throws IOException {
    String listen = "127.0.0.1:" + FreePort.any();
    Program refused =
        new SluiceJvm().run(folder, List.of("forward", listen, "127.0.0.1:1", "--mirror", listen));

    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused.stderr()).contains("--mirror " + listen, "leads back to frontend forward");
    assertThat(refused.stdout()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void stoppingFinishesWhatIsComplete(String transport) throws IOException {
    Path root = folder.resolve("recorded");
    try (Echo echo = new Echo();
        Sluice sluice = recording(root, transport, echo)) {
      try (Socket client = oneCompleteOneUnderWay(root, sluice, 3 << 20)) {
        sluice.terminate();
        sluice.program().awaitStderr(Pattern.compile("stopping: "), LIMIT);
        exchange(client);
        client.shutdownOutput();
        assertThat(client.getInputStream().read()).isEqualTo(-1);
      }
      assertThat(sluice.awaitExit()).isZero();
    }

    assertThat(files(root)).hasSize(4).noneMatch(MirrorFailureIT::isPart);
    assertThat(sizes(root)).containsExactlyInAnyOrder(3L << 20, 3L << 20, 2000L, 2000L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void stoppingLeavesWhatIsCutShortRecognisable(String transport) throws IOException {
    Path root = folder.resolve("recorded");
    try (Echo echo = new Echo();
        Sluice sluice = recording(root, transport, echo)) {
      try (Socket client = oneCompleteOneUnderWay(root, sluice, 1 << 20)) {
        // The second signal closes what the first waits for.
        sluice.terminate();
        sluice.program().awaitStderr(Pattern.compile("stopping: "), LIMIT);
        sluice.terminate();
        assertThat(sluice.awaitExit()).isZero();
      }
      assertThat(sluice.stderr()).doesNotContain(" ERROR ");
    }

    assertThat(files(root)).hasSize(4);
    assertThat(files(root)).filteredOn(MirrorFailureIT::isPart).hasSize(2);
    assertThat(sizes(root)).containsExactlyInAnyOrder(1L << 20, 1L << 20, 1000L, 1000L);
  }

  private Sluice recording(Path root, String transport, Echo echo) throws IOException {
    String files =
        "file:" + root + "/{session}.{direction},direction=both,when-slow=block,max-lag=20s";
    return Sluice.mirrored(folder, transport, echo.address(), files);
  }

  /** The client of a session that goes on; one of {@code bytes} has come and gone before it. */
  private static Socket oneCompleteOneUnderWay(Path root, Sluice sluice, int bytes)
      throws IOException {
    assertThat(Echo.roundTrip(sluice, bytes)).isEqualTo(bytes);
    Socket client = sluice.connect();
    client.setSoTimeout((int) LIMIT.toMillis());
    exchange(client);
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              assertThat(files(root)).hasSize(4);
              assertThat(files(root)).filteredOn(MirrorFailureIT::isPart).hasSize(2);
            });
    return client;
  }

  private static boolean isPart(Path file) {
    return file.toString().endsWith(".part");
  }

  private static List<Long> sizes(Path root) throws IOException {
    List<Long> sizes = new ArrayList<>();
    for (Path file : files(root)) {
      sizes.add(Files.size(file));
    }
    return sizes;
  }
}
