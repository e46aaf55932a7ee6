package io.sluice.mirror.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.PathTemplate;
import io.sluice.linux.SockAddr;
import io.sluice.mirror.MirroredSession;
import io.sluice.transport.BelowPath;
import io.sluice.transport.Direction;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CapturePathTest {

  private static final long STARTED_MS = Instant.parse("2026-02-28T23:59:58Z").toEpochMilli();

  private static CapturePath parse(String text) {
    return new CapturePath(new PathTemplate(text), ZoneId.of("UTC"));
  }

  private static MirroredSession session(String id, String frontend, SockAddr client) {
    SockAddr local = CaptureScene.inet("198.51.100.1", 443);
    return new MirroredSession(id, frontend, client, local, local, CaptureScene.ALL, STARTED_MS);
  }

  private static String below(String template, MirroredSession session) {
    return parse(template).below("audit", session, Direction.TO_CLIENT);
  }

  @ParameterizedTest
  @CsvSource({
    "/var/lib/sluice/{date}/{session}.{direction}, /var/lib/sluice, 2026-02-28/s-1.to-client",
    "/a/b{time}/{mirror}, /a, b235958/audit",
    "/a/b/c, /a/b, c",
    "/c, /, c",
    "/{frontend}/{client}, /, web/192.0.2.7_40000",
    "/a/../b/x-{session}-y, /a/../b, x-s-1-y",
  })
  void literalPartIsTheBaseAndTheRestIsFilledIn(String template, String base, String below) {
    MirroredSession session = session("s-1", "web", CaptureScene.inet("192.0.2.7", 40_000));

    assertThat(parse(template).base()).isEqualTo(Path.of(base));
    assertThat(below(template, session)).isEqualTo(below);
  }

  @ParameterizedTest
  @CsvSource({
    "'2001:db8::1', _2001_db8__1__9",
    "'::ffff:192.0.2.1', 192.0.2.1_9",
  })
  void addressesBecomePlainNames(String address, String name) {
    assertThat(below("/{client}", session("s", "f", CaptureScene.inet(address, 9))))
        .isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", ".", "../../etc", "a/b", "a\0b", "a\nb", "", "ä", "-rf", "a....b"})
  void noValueLeadsAnywhere(String hostile) {
    String path =
        below(
            "/t/{client}/{frontend}/x{frontend}",
            session("s", hostile, SockAddr.unixAbstract(hostile)));

    BelowPath where = BelowPath.of(Path.of("/t"), path);
    assertThat(where.folders()).hasSize(2);
    assertThat(path).matches("[A-Za-z0-9._/-]+").doesNotContain("..");
  }

  @Test
  void neighbouringDotsOfValuesAndTextStayNames() {
    assertThat(below("/{frontend}.", session("s", ".", SockAddr.UNNAMED))).isEqualTo("_");
    assertThat(below("/{frontend}{frontend}", session("s", ".", SockAddr.UNNAMED))).isEqualTo("_");
  }

  @Test
  void randomValuesAlwaysMakeAPathBelow() {
    long seed = CaptureScene.seed(CapturePathTest.class);
    Random random = new Random(seed);
    for (int round = 0; round < 2_000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(300); i > 0; i--) {
        text.append(random.nextBoolean() ? "./\\\0\u007f~:".charAt(random.nextInt(7)) : 'x');
      }
      String path =
          below("/{frontend}/{session}", session("" + text.reverse(), "" + text, SockAddr.UNNAMED));
      assertThat(BelowPath.of(Path.of("/"), path).folders()).as("seed " + seed).hasSize(1);
      assertThat(path.length()).as("seed " + seed).isLessThanOrEqualTo(201);
    }
  }

  @Test
  void fileOfAllSessionsKnowsNoSession() {
    CapturePath shared = parse("/{mirror}-{date}");
    assertThat(shared.below("wire", STARTED_MS)).isEqualTo("wire-2026-02-28");

    assertThatThrownBy(() -> parse("/{client}").below("wire", STARTED_MS))
        .isInstanceOf(IllegalStateException.class);
  }
}
