package io.sluice.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContendersTest {

  @TempDir private Path folder;

  @Test
  void programThatIsNotThereIsReportedWithWhereToGetIt() {
    List<Contender> contenders =
        Contenders.all(folder, folder.resolve("none").toString(), "/nowhere/haproxy", 1);

    assertThat(contenders)
        .filteredOn(contender -> contender.name().equals("haproxy-copy"))
        .singleElement()
        .satisfies(haproxy -> assertThat(haproxy.missing().orElseThrow()).contains("apt-get"));
    assertThat(contenders)
        .filteredOn(Contender::isSluice)
        .hasSize(9)
        .allSatisfy(sluice -> assertThat(sluice.missing().orElseThrow()).contains("--sluice"));
  }
}
