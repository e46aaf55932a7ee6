package io.sluice.app.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.app.control.Answer.Verdict;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlSocketTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Of the socket with those who do not speak or hear: the tests' own words come sooner. */
  private static final Duration SHORT = Duration.ofSeconds(2);

  private static final Answer DONE = new Answer(Verdict.DONE, List.of("one", "two"), "2 changes");
  private static final Answer LONG =
      new Answer(Verdict.DONE, List.of("x".repeat(8_000_000)), "much");

  @TempDir Path folder;
  private final CompletableFuture<Answer> later = new CompletableFuture<>();
  private final CompletableFuture<Void> laterWasAsked = new CompletableFuture<>();
  private Path path;
  private ControlSocket control;

  @BeforeEach
  void open() throws IOException {
    path = folder.resolve("control.sock");
    control = serve(ControlSocket.open(path, PATIENCE));
  }

  private ControlSocket serve(ControlSocket opened) {
    Control.Command onLater =
        argument -> {
          laterWasAsked.complete(null);
          return later;
        };
    Control.Command broken =
        argument -> {
          throw new IllegalStateException("a defect");
        };
    opened.serve(
        Map.of(
            "reload", argument -> CompletableFuture.completedFuture(DONE),
            "long", argument -> CompletableFuture.completedFuture(LONG),
            "echo", argument -> CompletableFuture.completedFuture(Answer.failed(argument)),
            "later", onLater,
            "broken", broken));
    return opened;
  }

  @AfterEach
  void close() {
    control.close();
  }

  /** One with little patience in its place. */
  private void hurry() throws IOException {
    control.close();
    control = serve(ControlSocket.open(path, SHORT));
  }

  private Answer ask(String command) throws IOException {
    return ControlCall.ask(path, command, PATIENCE);
  }

  private SocketChannel connect() throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(path));
    return channel;
  }

  private static void send(SocketChannel channel, String text) throws IOException {
    channel.write(StandardCharsets.UTF_8.encode(text));
  }

  private static String rest(SocketChannel channel) throws IOException {
    return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void answersWhatItIsAsked() throws IOException {
    assertThat(ask("reload")).isEqualTo(DONE);
    assertThat(ask("reload")).isEqualTo(DONE);
    assertThat(ask("long")).isEqualTo(LONG);
  }

  @Test
  void whatStandsBehindTheWordIsItsArgument() throws IOException {
    assertThat(ask("echo /etc/a file").summary()).isEqualTo("/etc/a file");
    assertThat(ask("echo").summary()).isEmpty();
  }

  @Test
  void unknownRequestIsToldWhatThereIs() throws IOException {
    assertThat(ask("reboot"))
        .isEqualTo(Answer.failed("unknown request; there are: broken, echo, later, long, reload"));
  }

  @Test
  void answerThatComesLaterHoldsNobodyUp() throws Exception {
    try (SocketChannel waiting = connect()) {
      send(waiting, "later\n");
      laterWasAsked.join();

      assertThat(ask("reload")).isEqualTo(DONE);

      later.complete(DONE);
      assertThat(rest(waiting)).isEqualTo(" one\n two\ndone 2 changes\n");
    }
  }

  @Test
  void clientThatSpeaksInPiecesAndThenClosesItsSideIsAnswered() throws IOException {
    try (SocketChannel client = connect()) {
      for (String piece : List.of("re", "lo", "ad\r", "\n")) {
        send(client, piece);
      }
      client.shutdownOutput();

      assertThat(rest(client)).endsWith("done 2 changes\n");
    }
  }

  @Test
  void onlyItsOwnerMayConnect() throws IOException {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-------");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(path);
    }
  }

  @Test
  void whoSaysNothingIsLeft() throws IOException {
    hurry();
    try (SocketChannel silent = connect();
        SocketChannel half = connect()) {
      send(half, "relo");

      assertThat(rest(silent)).isEmpty();
      assertThat(rest(half)).isEmpty();
    }
    assertThat(ask("reload")).isEqualTo(DONE);
  }

  @Test
  void whoDoesNotHearIsLeft() throws IOException {
    hurry();
    try (SocketChannel deaf = connect()) {
      send(deaf, "long\n");
      assertThat(ask("reload")).isEqualTo(DONE); // Deaf has been answered, and its time runs.
      try (SocketChannel silent = connect()) {
        assertThat(rest(silent)).isEmpty();
      }
      assertThat(ask("reload")).isEqualTo(DONE);

      // What the kernel had taken is there; the rest never came.
      assertThat(rest(deaf).length()).isLessThan(LONG.encoded().length);
    }
  }

  @Test
  void moreCallersThanPlacesWaitForOne() throws IOException {
    hurry();
    List<SocketChannel> silent = new ArrayList<>();
    try {
      for (int i = 0; i < 3 * ControlSocket.CALLERS_MAX; i++) {
        silent.add(connect());
      }

      assertThat(ask("reload")).isEqualTo(DONE);
    } finally {
      for (SocketChannel one : silent) {
        one.close();
      }
    }
  }

  @Test
  void garbageDoesNoHarm() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 50; i++) {
      byte[] garbage = new byte[random.nextInt(5000)];
      random.nextBytes(garbage);
      try (SocketChannel client = connect()) {
        client.write(ByteBuffer.wrap(garbage));
      }
    }
    assertThat(ask("reload")).as("seed " + seed).isEqualTo(DONE);
  }

  @Test
  void requestThatIsTooLongIsToldSo() throws IOException {
    try (SocketChannel client = connect()) {
      send(client, "x".repeat(Caller.REQUEST_BYTES_MAX));

      assertThat(rest(client)).isEqualTo("failed a request is one line of at most 8192 bytes\n");
    }
  }

  @Test
  void defectOfACommandIsNotTheEndOfTheSocket() throws IOException {
    assertThatThrownBy(() -> ask("broken"))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("the process at " + path + ": it ended before");

    assertThat(ask("reload")).isEqualTo(DONE);
  }

  @Test
  void pathOfAProcessThatRunsIsRefused() {
    assertThatThrownBy(() -> ControlSocket.open(path))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(path.toString())
        .hasMessageContaining("a process still listens there");
  }

  @Test
  void pathOfAProcessThatDiedIsTakenOver() throws IOException {
    path = folder.resolve("dead.sock");
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(path));
    }
    assertThat(path).exists();
    assertThatThrownBy(() -> ask("reload")).isInstanceOf(NobodyListensException.class);

    try (ControlSocket next = ControlSocket.open(path)) {
      serve(next);
      assertThat(ask("reload")).isEqualTo(DONE);
    }
  }

  @Test
  void otherFileAtItsPathIsLeftAlone() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "precious");

    assertThatThrownBy(() -> ControlSocket.open(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is not a socket");
    assertThat(file).hasContent("precious");
  }

  @Test
  void missingFolderIsSaid() {
    Path nowhere = folder.resolve("no/control.sock");

    assertThatThrownBy(() -> ControlSocket.open(nowhere))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "cannot listen on unix:" + nowhere + ": there is no directory " + nowhere.getParent());
  }

  @Test
  void endTellsWhoWaitsAndRemovesTheFile() throws Exception {
    try (SocketChannel waiting = connect();
        SocketChannel silent = connect()) {
      send(waiting, "later\n");
      laterWasAsked.join();

      control.close();

      assertThat(rest(waiting)).isEqualTo("failed the process ends\n");
      assertThat(rest(silent)).isEmpty();
    }
    assertThat(folder).isEmptyDirectory();
    assertThatThrownBy(() -> ask("reload"))
        .isInstanceOf(NobodyListensException.class)
        .hasMessage("no process listens at " + path);
  }

  @Test
  void fileOfASuccessorStays() throws IOException {
    Files.delete(path);
    Files.writeString(path, "another's");

    control.close();

    assertThat(path).hasContent("another's");
  }

  @Test
  void fileOfASuccessorStaysWhenItIsClosedAgain() throws IOException {
    Path sameInode = Files.createLink(folder.resolve("other"), path);
    control.close();
    Files.createLink(path, sameInode); // As a file system may give it to the next file.

    control.close();

    assertThat(path).exists();
  }

  @Test
  void whoWaitsTooLongIsToldWhereToLook() {
    assertThatThrownBy(() -> ControlCall.ask(path, "later", Duration.ofMillis(100)))
        .isInstanceOf(IOException.class)
        .hasMessage("the process at " + path + ": no answer in 0.1 s; its log may tell more");
  }
}
