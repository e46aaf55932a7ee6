package io.sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.linux.Errno;
import io.sluice.linux.FaultySyscalls.Call;
import io.sluice.mirror.DetachReason;
import io.sluice.mirror.MirrorCounter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Row 24: mirrors that are files, on file systems that take less than is expected of them. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "splice is Linux'")
class MirrorFileTest {
  private static final int BULK_BYTES = 3 << 20;

  @TempDir Path folder;

  /** The flow copies, so that every splice(2) is that of the mirror's file. */
  private LoopHarness toFile(String more) throws Exception {
    String to = "to = \"file:" + folder + "/{session}\", when-slow = block, max-lag = none";
    return LoopHarness.mirrored("copy", to + more);
  }

  private void relay(LoopHarness harness, byte[] content) throws Exception {
    LoopHarness.Pair pair = harness.pair();
    new Delivery(pair.client(), pair.server(), content).finish(harness);
    pair.client().finish();
    harness.expectEof(pair.server());
    pair.server().finish();
    harness.expectNothingLeft();
  }

  private Path file() throws IOException {
    try (var files = Files.list(folder)) {
      List<Path> all = files.toList();
      assertThat(all).hasSize(1);
      return all.get(0);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  @DisplayName("24: a file system without splice_write: the mirror survives, exact, said once")
  void fileSystemWithoutSplice(int from) throws Exception {
    byte[] content = Delivery.random(24, BULK_BYTES);
    try (LogCapture log = new LogCapture();
        LoopHarness harness = toFile("")) {
      harness.sys.cap(Call.SPLICE, 50_000);
      harness.sys.failNth(Call.SPLICE, from, Errno.EINVAL);
      relay(harness, content);

      assertThat(file().toString()).doesNotEndWith(".part");
      assertThat(file()).hasBinaryContent(content);
      assertThat(harness.mirrored(0, MirrorCounter.BYTES)).isEqualTo(content.length);
      Files.delete(file());
      harness.sys.failAlways(Call.SPLICE, Errno.EINVAL);
      relay(harness, content);

      assertThat(file()).hasBinaryContent(content);
      assertThat(log.times("was refused (EINVAL): files on its file system are written by copying"))
          .isEqualTo(1);
      assertThat(log.times("detached from")).isZero();
    }
  }

  @Test
  @DisplayName("24: a capture on a file system without splice_write is whole")
  void captureWithoutSplice() throws Exception {
    byte[] content = Delivery.random(25, 200_000);
    String to = ", to = \"pcapng:" + folder + "/wire.pcapng\"";
    try (LoopHarness harness = toFile(to)) {
      harness.sys.failAlways(Call.SPLICE, Errno.EINVAL);
      relay(harness, content);
      assertThat(harness.mirrored(0, MirrorCounter.BYTES)).isEqualTo(content.length);
    }
    assertThat(Files.size(file())).isGreaterThan(content.length);
  }

  @Test
  @DisplayName("a disk that fails in the middle: detached as write, a prefix, the session whole")
  void failingDisk() throws Exception {
    byte[] content = Delivery.random(26, BULK_BYTES);
    try (LogCapture log = new LogCapture();
        LoopHarness harness = toFile("")) {
      harness.sys.cap(Call.SPLICE, 50_000).failNth(Call.SPLICE, 5, Errno.EIO);
      relay(harness, content);

      assertThat(harness.mirrored(0, MirrorCounter.of(DetachReason.WRITE))).isEqualTo(1);
      assertThat(file().toString()).endsWith(".part");
      assertThat(file()).hasBinaryContent(Arrays.copyOf(content, (int) Files.size(file())));
      assertThat(harness.mirrored(0, MirrorCounter.BYTES)).isEqualTo(Files.size(file()));
      assertThat(log.times("cannot be written (splice " + file() + ": Input/output error (EIO))"))
          .isEqualTo(1);
    }
  }
}
