package io.sluice.app.replay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The sessions in some files: where their bytes are.
 *
 * @param sessions those of stream files first, then those of captures in the order they began
 * @param warnings one line for each thing that is not as complete as it could be
 */
public record CaptureIndex(List<RecordedSession> sessions, List<String> warnings) {

  /** The ending of a file that was not finished. */
  static final String PART = ".part";

  private static final List<String> CAPTURE_ENDINGS = List.of(".pcapng", ".pcap", ".cap");

  /**
   * Reads {@code files}: streams, captures, and folders of both.
   *
   * @throws IOException when one of them is not readable, a capture is malformed, or there is no
   *     session in all of them
   */
  public static CaptureIndex read(List<Path> files) throws IOException {
    return read(files, IndexBudget.ofThisJvm());
  }

  static CaptureIndex read(List<Path> files, IndexBudget budget) throws IOException {
    List<String> warnings = new ArrayList<>();
    StreamFiles streams = new StreamFiles(warnings, budget);
    // By file, so that one named twice is read once.
    Map<Path, Long> captures = new LinkedHashMap<>();
    for (Path file : files) {
      if (Files.isDirectory(file)) {
        addFolder(file, streams, captures);
      } else {
        addFile(file, streams, captures);
      }
    }
    List<RecordedSession> sessions = new ArrayList<>(streams.sessions());
    sessions.addAll(readCaptures(captures, budget, warnings));
    if (sessions.isEmpty()) {
      String why = warnings.isEmpty() ? "" : ": " + warnings.get(0);
      throw CaptureException.of(files.get(0), "no session to replay" + why);
    }
    return new CaptureIndex(List.copyOf(sessions), List.copyOf(warnings));
  }

  /** Streams and captures in it and below; anything else there is left alone. */
  private static void addFolder(Path folder, StreamFiles streams, Map<Path, Long> captures)
      throws IOException {
    List<Path> found;
    try (Stream<Path> all = Files.walk(folder)) {
      found = all.filter(Files::isRegularFile).sorted().toList();
    }
    for (Path file : found) {
      if (hasCaptureEnding(file) || StreamFiles.directionOf(file).isPresent()) {
        addFile(file, streams, captures);
      }
    }
  }

  private static void addFile(Path file, StreamFiles streams, Map<Path, Long> captures)
      throws IOException {
    if (!Files.exists(file)) {
      throw CaptureException.of(file, "no such file");
    }
    if (!Files.isRegularFile(file)) {
      throw CaptureException.of(file, "not a regular file");
    }
    if (!Files.isReadable(file)) {
      throw CaptureException.of(file, "permission denied");
    }
    boolean named = hasCaptureEnding(file);
    if (!named && StreamFiles.directionOf(file).isPresent()) {
      streams.add(file);
      return;
    }
    Optional<Long> firstTimeNs = firstTimeNs(file);
    if (firstTimeNs.isPresent()) {
      captures.putIfAbsent(file.toRealPath(), firstTimeNs.get());
    } else if (named) {
      throw CaptureException.at(file, 0, "neither pcapng nor pcap: " + beginning(file));
    } else {
      streams.add(file);
    }
  }

  private static boolean hasCaptureEnding(Path file) {
    String name = withoutPart(file.getFileName().toString()).toLowerCase(Locale.ROOT);
    return CAPTURE_ENDINGS.stream().anyMatch(name::endsWith);
  }

  static boolean isPart(Path file) {
    return file.getFileName().toString().endsWith(PART);
  }

  static String withoutPart(String name) {
    return name.endsWith(PART) ? name.substring(0, name.length() - PART.length()) : name;
  }

  private static String beginning(Path file) throws IOException {
    try (CaptureFile capture = CaptureFile.open(file)) {
      return capture.size() < Integer.BYTES
          ? "it has " + capture.size() + " bytes"
          : "it begins with 0x"
              + String.format("%08x", capture.bytes(0, Integer.BYTES, "a magic number").getInt(0));
    }
  }

  /** Thrown to stop reading after the first packet. */
  private static final class Enough extends IOException {
    private static final long serialVersionUID = 1L;
    final long timeNs;

    Enough(long timeNs) {
      this.timeNs = timeNs;
    }
  }

  /** When a capture begins; nothing for a file that is none, 0 for one that cannot tell. */
  private static Optional<Long> firstTimeNs(Path file) throws IOException {
    try (CaptureFile capture = CaptureFile.open(file)) {
      Optional<PacketReader> reader = PacketReader.of(capture);
      if (reader.isEmpty()) {
        return Optional.empty();
      }
      reader
          .get()
          .read(
              capture,
              (from, linkType, offset, length, timeNs) -> {
                throw new Enough(timeNs);
              });
    } catch (Enough enough) {
      return Optional.of(enough.timeNs);
    } catch (CaptureException e) {
      return Optional.of(0L); // Said when it is read as a whole.
    }
    return Optional.of(0L);
  }

  private static List<RecordedSession> readCaptures(
      Map<Path, Long> captures, IndexBudget budget, List<String> warnings) throws IOException {
    List<Path> inTime =
        captures.entrySet().stream()
            .sorted(Map.Entry.comparingByValue())
            .map(Map.Entry::getKey)
            .toList();
    TcpReassembly connections = new TcpReassembly(budget);
    for (Path file : inTime) {
      try (CaptureFile capture = CaptureFile.open(file)) {
        PacketReader reader =
            PacketReader.of(capture)
                .orElseThrow(() -> CaptureException.at(file, 0, "changed while it was read"));
        connections.read(capture, reader);
      } catch (CaptureException e) {
        if (!e.isTruncated() || !isPart(file)) {
          throw e;
        }
        warnings.add(e.getMessage());
      }
    }
    List<RecordedSession> sessions = new ArrayList<>(connections.sessions(warnings));
    sessions.sort(Comparator.comparingLong(RecordedSession::startNs));
    return sessions;
  }

  /** Bytes to send for all sessions, once. */
  public long bytesToServer() {
    return sessions.stream().mapToLong(session -> session.toServer().bytes()).sum();
  }

  /** How many sessions have times. */
  public long timedSessions() {
    return sessions.stream().filter(RecordedSession::timed).count();
  }

  /** How many sessions have recorded answers. */
  public long answeredSessions() {
    return sessions.stream().filter(RecordedSession::answersRecorded).count();
  }
}
