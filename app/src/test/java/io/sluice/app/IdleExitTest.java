package io.sluice.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code exit-idle-time}: the process ends by itself, but never under a session. */
class IdleExitTest {
  @TempDir Path folder;

  private SluiceProcess start(EchoServer server, int idleSeconds) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("sluice.conf"),
            """
            sluice {
              exit-idle-time = %ds
              frontends.web { bind = "127.0.0.1:0", backend = app }
              backends.app.servers.a = "%s"
            }
            """
                .formatted(idleSeconds, server.address()));
    return SluiceProcess.start("run", "-c", file.toString());
  }

  @Test
  void withoutASessionItEndsWith0() throws Exception {
    try (EchoServer server = new EchoServer('a');
        SluiceProcess sluice = start(server, 1)) {
      assertThat(sluice.awaitExit()).isZero();
      sluice.awaitLine("WARN");
      assertThat(sluice.awaitLine("no session for 1 s: ending")).contains(" INFO ");
      sluice.awaitLine("INFO stopped");
    }
  }

  @Test
  void sessionPostponesTheEnd() throws Exception {
    try (EchoServer server = new EchoServer('a');
        SluiceProcess sluice = start(server, 3)) {
      long beganNs;
      try (Socket client = sluice.connect()) {
        assertThat(client.getInputStream().read()).isEqualTo('a');
        client.setSoTimeout(5000);
        assertThatThrownBy(() -> client.getInputStream().read())
            .isInstanceOf(SocketTimeoutException.class);
        assertThat(sluice.isAlive()).isTrue();
        client.setSoTimeout((int) SluiceProcess.PATIENCE.toMillis());
        client.getOutputStream().write(42);
        assertThat(client.getInputStream().read()).isEqualTo(42);
        beganNs = System.nanoTime();
      }
      assertThat(sluice.awaitExit()).isZero();
      // It looks now and then, and may have looked last some time before the session ended.
      assertThat(System.nanoTime() - beganNs).isGreaterThan(1_000_000_000L);
    }
  }
}
