package io.sluice.bench.site;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.bench.peer.Contender;
import io.sluice.bench.peer.Contenders;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class SceneTest {

  @Test
  void mirrorsStandBesideNoMirrorAndHaproxyWithoutSplice() {
    assertThat(admitted(Scene.MIRROR))
        .containsExactly(
            "sluice-auto",
            "haproxy-copy",
            "sluice-mirror",
            "sluice-mirror-block",
            "sluice-mirror-deaf",
            "sluice-mirror-blackhole",
            "sluice-mirror-reset");
  }

  @Test
  void nobodyMirrorsElsewhere() {
    for (Scene scene : Scene.values()) {
      if (scene != Scene.MIRROR) {
        assertThat(admitted(scene))
            .contains("sluice-auto", "haproxy-copy", "c-splice")
            .noneMatch(name -> name.startsWith("sluice-mirror"));
      }
    }
  }

  @Test
  void aVethPairIsNothingToADirectConnection() {
    assertThat(admitted(Scene.VETH)).doesNotContain("direct");
    assertThat(admitted(Scene.LOOPBACK)).contains("direct");
  }

  private static List<String> admitted(Scene scene) {
    return Contenders.all(Path.of("."), "sluice", "haproxy", 1).stream()
        .filter(scene::admits)
        .map(Contender::name)
        .toList();
  }
}
