package io.sluice.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import jnr.unixsocket.UnixDatagramChannel;
import jnr.unixsocket.UnixSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NotifyTest {
  @TempDir Path folder;

  @Test
  void readyComesOnceItListensAndStoppingBeforeTheEnd() throws Exception {
    String socket = folder.resolve("notify").toString();
    List<String> received = new CopyOnWriteArrayList<>();
    try (EchoServer server = new EchoServer('a');
        UnixDatagramChannel systemd = UnixDatagramChannel.open()) {
      systemd.bind(new UnixSocketAddress(socket));
      Thread reader = new Thread(() -> receive(systemd, received), "fake-systemd");
      reader.setDaemon(true);
      reader.start();
      try (SluiceProcess sluice =
          SluiceProcess.start(
              Map.of("NOTIFY_SOCKET", socket),
              Main.class,
              List.of(),
              "forward",
              "127.0.0.1:0",
              server.address())) {
        await().atMost(SluiceProcess.PATIENCE).until(() -> !received.isEmpty());
        assertThat(received.get(0)).startsWith("READY=1\nSTATUS=listening (");
        sluice.connect().close();

        sluice.signal("TERM");

        assertThat(sluice.awaitExit()).isZero();
        await()
            .atMost(SluiceProcess.PATIENCE)
            .until(() -> received.stream().anyMatch(text -> text.startsWith("STOPPING=1\n")));
      }
    }
  }

  private static void receive(UnixDatagramChannel channel, List<String> received) {
    ByteBuffer buffer = ByteBuffer.allocate(4096);
    try {
      while (true) {
        channel.receive(buffer);
        received.add(StandardCharsets.UTF_8.decode(buffer.flip()).toString());
        buffer.clear();
      }
    } catch (IOException e) {
      // The test has closed the channel.
    }
  }

  @Test
  void vanishedSocketIsAWarningAndNothingElse() throws Exception {
    String socket = folder.resolve("nobody").toString();
    try (EchoServer server = new EchoServer('a');
        SluiceProcess sluice =
            SluiceProcess.start(
                Map.of("NOTIFY_SOCKET", socket),
                Main.class,
                List.of(),
                "forward",
                "127.0.0.1:0",
                server.address())) {
      assertThat(sluice.awaitLine("cannot notify the service manager")).contains(" WARN ", socket);
      sluice.connect().close();

      sluice.signal("TERM");

      assertThat(sluice.awaitExit()).isZero();
    }
  }
}
