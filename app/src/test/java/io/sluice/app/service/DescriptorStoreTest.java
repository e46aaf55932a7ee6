package io.sluice.app.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.app.FakeServiceManager;
import io.sluice.systemd.ServiceManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Any open descriptor will do: here those of stdin, stdout and stderr. */
class DescriptorStoreTest {
  @TempDir Path folder;
  private FakeServiceManager manager;
  private DescriptorStore store;

  @BeforeEach
  void open() throws IOException {
    manager = new FakeServiceManager(folder);
    store = new DescriptorStore(manager(Map.of("FDSTORE", "8")));
  }

  private ServiceManager manager(Map<String, String> more) {
    Map<String, String> environment = new HashMap<>(more);
    environment.put("NOTIFY_SOCKET", manager.address());
    return ServiceManager.of(
        environment,
        warning -> {
          throw new AssertionError(warning);
        });
  }

  @AfterEach
  void close() throws IOException {
    manager.close();
  }

  @Test
  void storesWhatIsOpenedAndLetsGoOfWhatIsClosed() {
    store.follow(Map.of("one", 0, "two", 1));
    store.follow(Map.of("one", 0, "two", 1));
    assertThat(manager.received())
        .containsExactlyInAnyOrder("FDSTORE=1\nFDNAME=one", "FDSTORE=1\nFDNAME=two");

    store.follow(Map.of("two", 1, "three", 2));
    assertThat(manager.received().subList(2, 4))
        .containsExactly("FDSTOREREMOVE=1\nFDNAME=one", "FDSTORE=1\nFDNAME=three");
  }

  @Test
  void socketThatWasOpenedAnewTakesThePlaceOfTheOldOne() {
    store.follow(Map.of("one", 0));

    store.follow(Map.of("one", 1));

    assertThat(manager.received())
        .containsExactly(
            "FDSTORE=1\nFDNAME=one", "FDSTOREREMOVE=1\nFDNAME=one", "FDSTORE=1\nFDNAME=one");
  }

  @Test
  void managerThatKeepsNothingIsToldNothing() {
    DescriptorStore none = new DescriptorStore(manager(Map.of()));

    none.follow(Map.of("one", 0));
    none.follow(Map.of());

    assertThat(manager.received()).isEmpty();
  }
}
