package io.sluice.loop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The sockets, pipes and event descriptors that this process has open; files are left out. */
public final class OpenDescriptors {
  private OpenDescriptors() {}

  /** How many there are. */
  public static int count() throws IOException {
    return list().size();
  }

  /** What they are, such as {@code socket:[123]}. */
  public static List<String> list() throws IOException {
    List<String> found = new ArrayList<>();
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors.toList()) {
        try {
          String target = Files.readSymbolicLink(descriptor).toString();
          if (!target.startsWith("/")) {
            found.add(target);
          }
        } catch (IOException e) {
          // The one that lists the directory is closed by now.
        }
      }
    }
    return found;
  }
}
