package io.sluice.mirror.capture;

import static io.sluice.transport.Direction.TO_CLIENT;
import static io.sluice.transport.Direction.TO_SERVER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.config.PathTemplate;
import io.sluice.mirror.capture.CaptureScene.Feed;
import io.sluice.transport.Direction;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Wireshark makes of a capture: the exact bytes, and nothing to complain of. */
class TsharkTest {

  @TempDir private Path place;
  private List<String> guesses = List.of();

  @BeforeEach
  void knowGuesses() throws Exception {
    guesses = guesses();
    assertThat(guesses).contains("thrift");
  }

  @BeforeAll
  static void needsTshark() throws InterruptedException {
    boolean there;
    try {
      there = new ProcessBuilder("tshark", "--version").start().waitFor() == 0;
    } catch (IOException e) {
      there = false;
    }
    assumeTrue(there, "tshark is not installed");
  }

  private List<String> tshark(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("-n", "-r", "web.pcapng"));
    for (String guess : guesses) {
      command.addAll(List.of("--disable-protocol", guess));
    }
    command.addAll(List.of(arguments));
    return run(command);
  }

  /**
   * The protocols that it finds by looking at payload: in random bytes it finds all, and errors.
   */
  private List<String> guesses() throws Exception {
    return run(List.of("-G", "heuristic-decodes")).stream()
        .map(line -> line.split("\t"))
        .filter(columns -> columns[0].equals("tcp"))
        .map(columns -> columns[1])
        .toList();
  }

  private List<String> run(List<String> arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("tshark"));
    command.addAll(arguments);
    Process process =
        new ProcessBuilder(command)
            .directory(place.toFile())
            .redirectError(place.resolve("errors").toFile())
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(out).isZero();
    return out.lines().toList();
  }

  /**
   * The payload of one stream as "follow" gives it: lines of hex, the server's begin with a tab.
   */
  private byte[] followed(int stream, Direction direction) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String line : tshark("-q", "-z", "follow,tcp,raw," + stream)) {
      boolean fromServer = line.startsWith("\t");
      if (line.strip().matches("([0-9a-f]{2})+") && fromServer == (direction == TO_CLIENT)) {
        bytes.writeBytes(HexFormat.of().parseHex(line.strip()));
      }
    }
    return bytes.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void followGivesTheExactBytesAndNothingIsWrong(String transport) throws Exception {
    long seed = CaptureScene.seed(TsharkTest.class);
    Random random = new Random(seed);
    byte[] content = new byte[3 << 20];
    random.nextBytes(content);
    int[][] sent = new int[3][2];
    try (CaptureScene scene = new CaptureScene(transport, 1 << 14).start()) {
      CapturePath path = new CapturePath(new PathTemplate(place + "/web.pcapng"));
      InstantSource wall = InstantSource.system();
      PcapngFile file = new PcapngFile(scene.writer, scene.disk, "wire", path, 0, 1, wall);
      List<Feed> feeds = new ArrayList<>();
      for (int i = 0; i < sent.length; i++) {
        Feed feed = i == 1 ? scene.new Feed(TO_SERVER) : scene.new Feed(TO_SERVER, TO_CLIENT);
        String client = i == 2 ? "2001:db8::7" : "192.0.2.7";
        String local = i == 2 ? "2001:db8::1" : "198.51.100.1";
        // A port that tshark takes for no known protocol.
        feeds.add(
            feed.toCapture(
                file,
                CaptureScene.session(
                    "s" + i,
                    CaptureScene.inet(client, 50_000 + i),
                    CaptureScene.inet(local, 49_999))));
        feed.send(TO_SERVER, content, 0, 1);
        sent[i][0] = 1;
        feed.awaitWritten(); // So that streams are numbered as they were opened.
      }
      for (int turn = 0; turn < 300; turn++) {
        int i = random.nextInt(sent.length);
        int to = i == 1 ? 0 : random.nextInt(2);
        int left = content.length - sent[i][to];
        int piece = Math.min(left, 1 + random.nextInt(1 << random.nextInt(18)));
        if (piece > 0) {
          feeds.get(i).send(Direction.values()[to], content, sent[i][to], piece);
          sent[i][to] += piece;
        }
      }
      feeds.get(0).end(false);
      feeds.get(1).end(false);
      feeds.get(2).awaitWritten();
      feeds.get(2).sink.abort();
      for (Feed feed : feeds) {
        feed.awaitClosed();
        assertThat(feed.failures).isEmpty();
      }
    }

    for (int i = 0; i < sent.length; i++) {
      for (Direction direction : Direction.values()) {
        byte[] expected = Arrays.copyOf(content, sent[i][direction.ordinal()]);
        assertThat(Arrays.equals(followed(i, direction), expected))
            .as("stream " + i + " " + direction + ", seed " + seed)
            .isTrue();
      }
    }
    assertThat(tshark("-Y", "_ws.malformed || tcp.analysis.flags || _ws.expert.severity == error"))
        .as("seed " + seed)
        .isEmpty();
    assertThat(tshark("-Y", "ip.checksum.status == \"Bad\"", "-o", "ip.check_checksum:TRUE"))
        .isEmpty();
    assertThat(tshark("-Y", "frame.comment contains \"ends before its session\"")).hasSize(1);
    assertThat(tshark("-Y", "tcp.flags.fin == 1")).hasSize(3);
  }
}
