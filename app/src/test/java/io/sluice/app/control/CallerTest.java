package io.sluice.app.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.app.control.Answer.Verdict;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One caller, whose time the test passes. */
class CallerTest {
  private static final long PATIENCE_NS = 1000;
  private static final Answer LONG =
      new Answer(Verdict.DONE, List.of("x".repeat(8_000_000)), "much");

  @TempDir Path folder;

  @Test
  void slowReaderIsHeldAsLongAsItMoves() throws IOException {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("s"));
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        Selector selector = Selector.open()) {
      server.bind(address);
      try (SocketChannel client = SocketChannel.open(address);
          SocketChannel channel = server.accept()) {
        channel.configureBlocking(false);
        Caller caller = new Caller(channel, channel.register(selector, 0), PATIENCE_NS, 0);
        client.write(StandardCharsets.UTF_8.encode("config\n"));
        assertThat(caller.onReadable(1)).contains("config");

        caller.tell(LONG, 2);
        assertThat(caller.leftNs(2)).isEqualTo(PATIENCE_NS);
        caller.onWritable(900);
        assertThat(caller.leftNs(900)).as("nothing taken").isEqualTo(PATIENCE_NS - 898);

        ByteBuffer part = ByteBuffer.allocate(100_000);
        while (part.hasRemaining()) {
          client.read(part);
        }
        caller.onWritable(901);

        assertThat(caller.state()).isEqualTo(Caller.State.HEARING);
        assertThat(caller.leftNs(901)).as("a part taken").isEqualTo(PATIENCE_NS);
      }
    }
  }
}
