package io.sluice.transport.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.transport.BelowPath;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Both ways of looking a name up: in an open directory, and by path where there is nothing else.
 */
class NioFolderTest {

  @TempDir private Path place;

  private NioFolder enter(String below, boolean maySecure) throws IOException {
    return NioFolder.enter(BelowPath.of(place, below), maySecure);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void filesAreMadeRenamedAndRemoved(boolean maySecure) throws IOException {
    for (int round = 0; round < 2; round++) { // Once where there is no folder, once where there is.
      try (NioFolder folder = enter("a/b/f", maySecure)) {
        folder.create("f").close();
        assertThatThrownBy(() -> folder.create("f")).isInstanceOf(FileAlreadyExistsException.class);
        folder.rename("f", "g");
        assertThat(place.resolve("a/b/g")).exists();
        folder.remove("g");
        folder.remove("g");
      }
      assertThat(place.resolve("a/b")).isEmptyDirectory();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void failedRenameLeavesNothingBehind(boolean maySecure) throws IOException {
    Files.writeString(place.resolve("taken"), "theirs");
    try (NioFolder folder = enter("f", maySecure)) {
      assertThatThrownBy(() -> folder.rename("none", "g")).isInstanceOf(NoSuchFileException.class);
      folder.create("f").close();
      assertThatThrownBy(() -> folder.rename("f", "taken"))
          .isInstanceOf(FileAlreadyExistsException.class);
    }
    assertThat(place.resolve("g")).doesNotExist();
    assertThat(place.resolve("taken")).hasContent("theirs");
    assertThat(place.resolve("f")).exists();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void linksAreNotEntered(boolean maySecure) throws IOException {
    Path elsewhere = Files.createDirectory(place.resolve("elsewhere"));
    Files.createSymbolicLink(place.resolve("link"), elsewhere);
    Files.createSymbolicLink(place.resolve("dangling"), place.resolve("nowhere"));

    for (String name : new String[] {"link/f", "dangling/f"}) {
      assertThatThrownBy(() -> enter(name, maySecure)).isInstanceOf(IOException.class);
    }
    assertThat(elsewhere).isEmptyDirectory();
    assertThat(place.resolve("nowhere")).doesNotExist();
  }
}
