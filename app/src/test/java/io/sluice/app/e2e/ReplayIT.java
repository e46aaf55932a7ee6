package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.app.replay.CaptureWriter;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Recorded sessions, sent again by the packaged program. */
@EndToEnd
class ReplayIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path folder;

  private static void fill(Socket redis, String changed) throws IOException {
    for (int key = 0; key < 50; key++) {
      String value = key == 33 ? changed : "value of " + key;
      assertThat(Redis.replied(redis, "SET key:" + key + " \"" + value + "\"\r\n"))
          .isEqualTo("+OK\r\n");
    }
  }

  private Program replay(int port, Path recording, String... options) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("replay", recording.toString()));
    arguments.addAll(List.of("--to", "127.0.0.1:" + port, "--speed", "max", "--compare"));
    arguments.addAll(List.of(options));
    return new SluiceJvm().run(folder, arguments);
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void redisWithTheSameDataAnswersTheSame(String transport) throws IOException {
    CaptureWriter writer = CaptureWriter.pcapng();
    Path streams = Files.createDirectory(folder.resolve("streams"));
    long offset;
    try (Redis original = Redis.start(folder);
        Redis other = Redis.start(folder);
        Socket client = original.connect();
        Socket filler = other.connect()) {
      fill(client, "value of 33");
      fill(filler, "value of 33");
      offset = record(client, writer, streams);
      Path capture = writer.writeTo(folder.resolve("redis.pcapng"));

      for (Path recording : List.of(capture, streams)) {
        Program same = replay(other.port(), recording, "--transport", transport, "--repeat", "3");
        assertThat(same.stdout()).containsPattern("divergences +0\n");
        assertThat(same.stderr()).isEmpty();
        assertThat(same.exitCode()).isZero();
      }

      fill(filler, "value OF 33");
      for (Path recording : List.of(capture, streams)) {
        Program changed = replay(other.port(), recording, "--transport", transport);
        assertThat(changed.stdout())
            .contains("to-client differs at byte " + offset + ": another byte than recorded")
            .contains("|of 33", "|OF 33")
            .containsPattern("failures +0\n")
            .containsPattern("divergences +1\n");
        assertThat(changed.exitCode()).isEqualTo(1);
      }
      assertThat(original.server().isAlive() && other.server().isAlive()).isTrue();
    }
  }

  /** Gets all keys, and returns where in the answers the words "of 33" are. */
  private static long record(Socket client, CaptureWriter writer, Path streams) throws IOException {
    CaptureWriter.Dialog dialog = writer.open("192.0.2.1", 50_000, "192.0.2.2", 6379);
    StringBuilder asked = new StringBuilder();
    StringBuilder answered = new StringBuilder();
    for (int key = 0; key < 50; key++) {
      String command = "GET key:" + key + "\r\n";
      String answer = Redis.replied(client, command);
      dialog.ask(command).answer(answer);
      asked.append(command);
      answered.append(answer);
    }
    dialog.endOfClient().endOfServer();
    Files.writeString(streams.resolve("s1.to-server"), asked, StandardCharsets.ISO_8859_1);
    Files.writeString(streams.resolve("s1.to-client"), answered, StandardCharsets.ISO_8859_1);
    return answered.indexOf("of 33");
  }

  @Test
  void recordedBytesGoBySendfileAndAnswersAreNotCopied() throws Exception {
    byte[] content = new byte[16 << 20];
    new Random(5).nextBytes(content);
    Path file = Files.write(folder.resolve("bulk"), content);
    SystemCalls calls = SystemCalls.in(folder);
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Callable<byte[]> serving =
          () -> {
            try (Socket socket = listener.accept()) {
              InputStream in = socket.getInputStream();
              byte[] received = in.readAllBytes();
              socket.getOutputStream().write(received);
              return received;
            }
          };
      FutureTask<byte[]> server = new FutureTask<>(serving);
      Thread thread = new Thread(server, "server");
      thread.setDaemon(true);
      thread.start();

      SluiceJvm traced = new SluiceJvm().under(calls.tracer("trace=sendfile,recvfrom,sendto"));
      try (Program replay =
          traced.launch(
              folder,
              "replay",
              List.of("replay", file.toString(), "--to", "127.0.0.1:" + listener.getLocalPort()))) {
        assertThat(replay.awaitExit(LIMIT)).as(replay.stderr()).isZero();
        assertThat(replay.stdout()).containsPattern("received +16.8 MB \\(16777216 bytes\\)");
      }

      assertThat(server.get(20, TimeUnit.SECONDS)).isEqualTo(content);
      assertThat(calls.bytes("sendfile")).isEqualTo(content.length);
      assertThat(calls.bytes("sendto")).isZero();
      assertThat(Files.readString(folder.resolve("strace.out")))
          .contains("MSG_TRUNC")
          .doesNotContainPattern("recvfrom\\(\\d+, \"");
    }
  }
}
