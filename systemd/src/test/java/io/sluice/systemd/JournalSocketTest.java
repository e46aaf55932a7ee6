package io.sluice.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import jnr.unixsocket.UnixDatagramChannel;
import jnr.unixsocket.UnixSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@EnabledOnOs(value = OS.LINUX, disabledReason = "the journal is Linux'")
class JournalSocketTest {
  /** More than net.core.wmem_max lets a datagram have. */
  private static final int TOO_LONG = 64 << 20;

  @TempDir Path folder;
  private Path path;
  private UnixDatagramChannel journal;

  @BeforeEach
  void listen() throws IOException {
    path = folder.resolve("socket");
    journal = UnixDatagramChannel.open();
    journal.bind(new UnixSocketAddress(path.toFile()));
    journal.configureBlocking(false);
  }

  @AfterEach
  void close() throws IOException {
    journal.close();
  }

  private byte[] received() throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    journal.receive(buffer);
    byte[] bytes = new byte[buffer.flip().remaining()];
    buffer.get(bytes);
    return bytes;
  }

  private static JournalEntry message(String text) {
    return new JournalEntry().add("MESSAGE", text);
  }

  @Test
  void fieldsAreLinesAndThoseWithLineFeedsHaveALength() throws IOException {
    try (JournalSocket socket = JournalSocket.at(path).orElseThrow()) {
      boolean sent =
          socket.send(
              new JournalEntry()
                  .add("MESSAGE", "two\nlines")
                  .add("PRIORITY", "4")
                  .add("SLUICE_SERVER", "é = b"));

      assertThat(sent).isTrue();
      assertThat(new String(received(), StandardCharsets.UTF_8))
          .isEqualTo("MESSAGE\n\t\0\0\0\0\0\0\0two\nlines\nPRIORITY=4\nSLUICE_SERVER=é = b\n");
      assertThat(socket.send(message("again"))).isTrue();
      assertThat(received()).asString().isEqualTo("MESSAGE=again\n");
    }
  }

  @Test
  void whatCannotBeSentIsSaidAndDoesNotBlock() throws IOException {
    try (JournalSocket socket = JournalSocket.at(path).orElseThrow()) {
      assertThat(socket.send(message("x".repeat(TOO_LONG)))).isFalse();

      // net.unix.max_dgram_qlen bounds the queue; the default is 10, some systems have 512.
      int sent = 0;
      while (sent < 5_000 && socket.send(message("message " + sent))) {
        sent++;
      }
      assertThat(sent).isBetween(1, 4_999);
      assertThat(received()).asString().isEqualTo("MESSAGE=message 0\n");
      assertThat(socket.send(message("there is room again"))).isTrue();

      Files.delete(path);
      assertThat(socket.send(message("nobody listens"))).isFalse();
    }
  }

  @Test
  void whereThereIsNoneThereIsNone() {
    assertThat(JournalSocket.at(folder.resolve("none"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "_PID", "1ST", "lower", "A=B", "A\nB"})
  void nameThatTheJournalWouldDropIsRefused(String name) {
    assertThatIllegalArgumentException().isThrownBy(() -> new JournalEntry().add(name, "value"));
  }
}
