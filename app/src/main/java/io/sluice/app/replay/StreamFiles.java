package io.sluice.app.replay;

import io.sluice.transport.Direction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Sessions whose two streams are a file each. The name tells which: {@code to-server} or {@code
 * to-client} is in it, and its partner's is the same with the other word. A file without either
 * word is a to-server stream without a partner; one that ends in {@code .part} is incomplete.
 */
final class StreamFiles {
  private final List<String> warnings;
  private final IndexBudget budget;
  private final List<RecordedSession> sessions = new ArrayList<>();
  private final Set<Path> taken = new HashSet<>();

  StreamFiles(List<String> warnings, IndexBudget budget) {
    this.warnings = warnings;
    this.budget = budget;
  }

  /** By the last of the two words in the file's name. */
  static Optional<Direction> directionOf(Path file) {
    String name = file.getFileName().toString();
    int toServer = name.lastIndexOf(Direction.TO_SERVER.word());
    int toClient = name.lastIndexOf(Direction.TO_CLIENT.word());
    if (toServer < 0 && toClient < 0) {
      return Optional.empty();
    }
    return Optional.of(toServer > toClient ? Direction.TO_SERVER : Direction.TO_CLIENT);
  }

  /** A file of either direction; its session is added once. */
  void add(Path file) throws IOException {
    Optional<Direction> direction = directionOf(file);
    if (direction.isEmpty()) {
      addSession(file, Optional.empty());
    } else if (direction.get() == Direction.TO_SERVER) {
      addSession(file, partner(file, Direction.TO_SERVER, Direction.TO_CLIENT));
    } else {
      Optional<Path> toServer = partner(file, Direction.TO_CLIENT, Direction.TO_SERVER);
      if (toServer.isPresent()) {
        addSession(toServer.get(), Optional.of(file));
      } else {
        warnings.add(file + ": skipped, there is no to-server stream beside it");
      }
    }
  }

  /** The file of the other direction, finished or not. */
  private static Optional<Path> partner(Path file, Direction own, Direction other) {
    String name = CaptureIndex.withoutPart(file.getFileName().toString());
    int word = name.lastIndexOf(own.word());
    String partner =
        name.substring(0, word) + other.word() + name.substring(word + own.word().length());
    for (String candidate : List.of(partner, partner + CaptureIndex.PART)) {
      Path path = file.resolveSibling(candidate);
      if (Files.isRegularFile(path)) {
        return Optional.of(path);
      }
    }
    return Optional.empty();
  }

  private void addSession(Path toServer, Optional<Path> toClient) throws IOException {
    if (!taken.add(toServer.toRealPath())) {
      return;
    }
    budget.take(IndexBudget.SESSION_BYTES, toServer);
    RecordedStream answers = toClient.isPresent() ? stream(toClient.get()) : RecordedStream.NONE;
    sessions.add(
        new RecordedSession(
            toServer.toString(), stream(toServer), answers, toClient.isPresent(), false, 0));
  }

  private RecordedStream stream(Path file) throws IOException {
    if (!CaptureIndex.isPart(file)) {
      return RecordedStream.ofFile(file, Files.size(file), RecordedStream.End.FIN);
    }
    warnings.add(file + ": incomplete, its end was not recorded");
    return RecordedStream.ofFile(file, Files.size(file), RecordedStream.End.OPEN);
  }

  List<RecordedSession> sessions() {
    return sessions;
  }
}
