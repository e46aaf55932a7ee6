package io.sluice.mirror.capture;

import static io.sluice.transport.Direction.TO_SERVER;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.PathTemplate;
import io.sluice.mirror.DetachReason;
import io.sluice.mirror.capture.CaptureScene.Feed;
import io.sluice.transport.Direction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaptureWriterTest {

  private static final byte[] BYTES = new byte[100];

  @TempDir private Path place;
  private CaptureScene scene;

  @AfterEach
  void close() {
    scene.close();
  }

  private Feed feed(String id) {
    FileTarget target =
        new FileTarget("audit", new CapturePath(new PathTemplate(place + "/{session}")), 0);
    return scene.new Feed(TO_SERVER).toFile(target, CaptureScene.session(id));
  }

  @Test
  void stoppingWritesWhatIsPendingAndGivesUpTheRest() throws IOException {
    scene = new CaptureScene("nio");
    Feed whole = feed("whole");
    Feed cut = feed("cut");
    whole.send(TO_SERVER, BYTES);
    cut.send(TO_SERVER, BYTES);
    whole.end(false);
    scene.start();

    assertThat(scene.writer.stop(5_000)).isTrue();

    whole.awaitClosed();
    cut.awaitClosed();
    assertThat(whole.complete).isTrue();
    assertThat(place.resolve("whole")).hasSize(BYTES.length);
    assertThat(cut.failures).containsExactly(DetachReason.SHUTDOWN);
    assertThat(cut.complete).isFalse();
    assertThat(place.resolve("cut.part")).hasSize(BYTES.length);
  }

  @Test
  void stoppedWriterRefusesAndLetsGo() throws IOException {
    scene = new CaptureScene("nio").start();
    Feed early = feed("early");
    scene.writer.stop(5_000);
    Feed late = feed("late");
    late.send(TO_SERVER, BYTES);
    early.send(TO_SERVER, BYTES);

    late.awaitClosed();
    early.awaitClosed();
    assertThat(late.failures).containsExactly(DetachReason.SHUTDOWN);
    assertThat(early.failures).containsExactly(DetachReason.SHUTDOWN);
    assertThat(place.resolve("late.part")).doesNotExist();

    Feed silent = feed("silent");
    silent.sink.abort();
    silent.awaitClosed();
    assertThat(silent.complete).isFalse();
    assertThat(silent.failures).isEmpty();
  }

  @Test
  void diskThatHangsHoldsUpNeitherTheLoopNorTheStop() throws Exception {
    scene = new CaptureScene("nio").start();
    scene.disk.stall();
    Feed feed = feed("s");
    feed.send(TO_SERVER, BYTES);
    scene.disk.awaitStalled();
    for (int i = 0; i < 100; i++) {
      feed.send(TO_SERVER, BYTES);
    }
    feed.sink.abort();

    assertThat(scene.writer.stop(50)).isFalse();
    scene.drain();
    assertThat(feed.complete).as("the writer still has the backlog").isNull();

    scene.disk.goOn();
    feed.awaitClosed();
    assertThat(feed.complete).isFalse();
    assertThat(place.resolve("s.part")).hasSize(BYTES.length);
  }

  @Test
  void deadlineEndsTheDraining() throws Exception {
    scene = new CaptureScene("nio").start();
    scene.disk.stall();
    Feed feed = feed("s");
    feed.send(TO_SERVER, BYTES);
    scene.disk.awaitStalled();
    for (int i = 0; i < 500; i++) {
      feed.send(TO_SERVER, BYTES);
    }
    assertThat(scene.writer.stop(0)).isFalse();
    scene.disk.goOn();

    feed.awaitClosed();
    assertThat(feed.failures).containsExactly(DetachReason.SHUTDOWN);
    // A batch is finished, what is behind it is not begun.
    assertThat(place.resolve("s.part").toFile().length())
        .isBetween(1L, 64L * BYTES.length)
        .satisfies(length -> assertThat(length % BYTES.length).isZero());
  }

  @Test
  void ringWithoutRoomDetachesAndLeavesAPrefix() throws Exception {
    scene = new CaptureScene("nio", 8).start();
    scene.disk.stall();
    Feed feed = feed("s");
    byte[] numbered = new byte[40];
    feed.send(TO_SERVER, numbered, 0, 1);
    scene.disk.awaitStalled();
    for (int i = 1; i < numbered.length; i++) {
      numbered[i] = (byte) i;
      feed.send(TO_SERVER, numbered, i, 1);
    }
    scene.await(() -> !feed.failures.isEmpty());
    assertThat(feed.failures).containsExactly(DetachReason.BUFFER);
    assertThat(feed.detail).contains("capture writer of mirror wire");
    scene.disk.goOn();
    feed.awaitClosed();

    byte[] written = Files.readAllBytes(place.resolve("s.part"));
    assertThat(numbered).startsWith(written);
    assertThat(written.length).isLessThan(numbered.length);
  }

  @Test
  void defectInOneStreamLeavesTheOthers() throws IOException {
    scene = new CaptureScene("nio").start();
    Feed broken = feed("broken");
    // Told of bytes that are not there.
    broken.backlogs.get(TO_SERVER).add(BYTES, 0, 1);
    CaptureStreams streams = broken.streams(CaptureScene.session("x"));
    Handover defect = new Handover(scene.writer, new Defect(), streams);
    defect.bytes(TO_SERVER, 1, System.nanoTime());
    scene.await(() -> !broken.failures.isEmpty());

    Feed sound = feed("sound");
    sound.end(false);
    sound.awaitClosed();
    assertThat(sound.complete).isTrue();
    assertThat(broken.failures).containsExactly(DetachReason.WRITE);
    assertThat(broken.detail).contains("a defect");
  }

  /** A recording that breaks its contract. */
  private static final class Defect implements Recording {
    @Override
    public void opened(long wallNs) {}

    @Override
    public void bytes(Direction direction, long bytes, long wallNs) {
      throw new IllegalStateException("a defect");
    }

    @Override
    public void ended(Direction direction, boolean byReset, long wallNs) {}

    @Override
    public void abandon(String why) {}
  }
}
