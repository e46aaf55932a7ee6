package io.sluice.config;

import io.sluice.config.ConfigSection.Text;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads lists of client addresses, also out of files, whose problems have a line of their own.
 *
 * <p>One for each reading of a configuration: a file is read once, however many frontends inherit
 * it.
 */
final class AddressListReader {

  private static final String FILE = "file:";
  private static final String UNIX = "unix";
  private static final String ENTRIES = "; a list has addresses such as 10.0.0.0/8, and unix";

  /** Bad lines of a file that are shown; one that is no list at all has nothing else. */
  private static final int SHOWN_MAX = 10;

  private final Map<Path, AddressList> files = new HashMap<>();

  AddressList read(ConfigSection section, String key) {
    List<Cidr> blocks = new ArrayList<>();
    boolean unix = false;
    for (Text text : section.list(key)) {
      AddressList part = part(section.findings(), text);
      blocks.addAll(part.blocks());
      unix |= part.unix();
    }
    return new AddressList(blocks, unix);
  }

  /** What the files hold that were read so far, by path. */
  Map<String, AddressList> files() {
    Map<String, AddressList> byPath = new HashMap<>();
    files.forEach((path, list) -> byPath.put(path.toString(), list));
    return byPath;
  }

  private AddressList part(Findings findings, Text text) {
    if (text.text().startsWith(FILE)) {
      return file(findings, text.place(), text.text().substring(FILE.length()));
    }
    try {
      return entry(text.text());
    } catch (IllegalArgumentException e) {
      findings.error(text.place(), e.getMessage() + ENTRIES + ", or file:/path");
      return AddressList.EMPTY;
    }
  }

  private static AddressList entry(String text) {
    return text.equals(UNIX)
        ? new AddressList(List.of(), true)
        : new AddressList(List.of(Cidr.parse(text)), false);
  }

  private AddressList file(Findings findings, Place place, String name) {
    if (!name.startsWith("/")) {
      findings.error(place, "the path must begin with /");
      return AddressList.EMPTY;
    }
    try {
      Path path = Path.of(name);
      AddressList known = files.get(path);
      if (known == null) {
        known = lines(findings, place, path);
        files.put(path, known);
      }
      return known;
    } catch (NoSuchFileException e) {
      findings.error(place, "no such file");
    } catch (MalformedInputException e) {
      findings.error(place, "is not a text file");
    } catch (IOException | InvalidPathException e) {
      findings.error(place, "cannot be read: " + e.getMessage());
    }
    return AddressList.EMPTY;
  }

  private static AddressList lines(Findings findings, Place place, Path path) throws IOException {
    List<Cidr> blocks = new ArrayList<>();
    boolean unix = false;
    int bad = 0;
    List<String> lines = Files.readAllLines(path);
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      int comment = line.indexOf('#');
      String text = (comment < 0 ? line : line.substring(0, comment)).strip();
      if (text.isEmpty()) {
        continue;
      }
      try {
        AddressList one = entry(text);
        blocks.addAll(one.blocks());
        unix |= one.unix();
      } catch (IllegalArgumentException e) {
        bad++;
        if (bad <= SHOWN_MAX) {
          String shown = '"' + text + '"';
          Place at = new Place(place.key(), shown, new Origin(path.toString(), i + 1));
          findings.error(at, e.getMessage() + ENTRIES + ", one on each line");
        }
      }
    }
    if (bad > SHOWN_MAX) {
      findings.error(
          place, bad + " lines of it are no addresses, the first " + SHOWN_MAX + " are shown");
    }
    return new AddressList(blocks, unix);
  }
}
