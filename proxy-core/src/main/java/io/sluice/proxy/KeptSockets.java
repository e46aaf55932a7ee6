package io.sluice.proxy;

import io.sluice.config.ListenOptions;
import io.sluice.linux.SockAddr;
import io.sluice.transport.ListenSocket;
import io.sluice.transport.UnixPath;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Listening sockets that outlive the process that opened them, because somebody keeps a duplicate
 * of each under a name that tells its address: the descriptor store of systemd.
 *
 * <p>The name of a UNIX socket with a path also tells which file it is. The path may be gone, with
 * its directory, or another's by the time that the next process comes; then nobody could connect,
 * and the socket is worth nothing.
 *
 * <p>Not ports of the kernel's choice, which nobody asks for a second time.
 */
final class KeptSockets {

  /** What no {@code FileDescriptorName=} should begin with. */
  private static final String PREFIX = "sluice-kept-";

  /** Between the address, in which it is encoded, and the file. */
  private static final char FILE = '/';

  private static final int NAME_LENGTH_MAX = 255;

  private final Map<String, List<Integer>> offered = new LinkedHashMap<>();
  private final Set<String> released = new HashSet<>();
  private final Map<String, Integer> opened = new LinkedHashMap<>();

  /**
   * What an earlier process has left.
   *
   * @param inherited listening descriptors by name, of which some are kept ones
   */
  KeptSockets(Map<String, List<Integer>> inherited) {
    inherited.forEach(
        (name, descriptors) -> {
          if (isKept(name)) {
            offered.put(name, descriptors);
          }
        });
  }

  static boolean isKept(String name) {
    return name.startsWith(PREFIX);
  }

  /** The name of a bind's socket, without its file; empty for one that is not kept. */
  static String name(SockAddr address, ListenOptions options) {
    if (!address.isUnix() && address.port() == 0) {
      return "";
    }
    // A colon may not be in it.
    String text = URLEncoder.encode(address.toString(), StandardCharsets.UTF_8);
    return PREFIX + text + (!address.isUnix() && options.v6only() ? "-v6only" : "");
  }

  /**
   * The descriptors of {@code name}, with its file or without, that an earlier process has left;
   * nobody else gets them. Those that are wanted count as opened from now on: it is this process
   * that lets go of them.
   */
  List<Integer> claim(String name) {
    for (String one : offered.keySet()) {
      if (one.equals(name) || withoutFile(one).equals(name)) {
        List<Integer> descriptors = offered.remove(one);
        if (!released.contains(one)) {
          opened.put(one, descriptors.get(0));
        }
        return descriptors;
      }
    }
    return List.of();
  }

  /** A socket that was opened under {@code name}, for who keeps it. */
  void onOpened(String name, ListenSocket socket) {
    String file = socket.pathIdentity();
    String full = file.isEmpty() ? name : name + FILE + file;
    if (!name.isEmpty() && full.length() <= NAME_LENGTH_MAX && socket.descriptor() >= 0) {
      opened.put(full, socket.descriptor());
    }
  }

  /**
   * A socket is closed: nobody is to keep it any more.
   *
   * @return whether somebody may have kept it
   */
  boolean onClosed(ListenSocket socket) {
    return opened.values().removeIf(descriptor -> descriptor == socket.descriptor());
  }

  /** Descriptors of what was opened here, or claimed from what was left, by name. */
  Map<String, Integer> opened() {
    return Map.copyOf(opened);
  }

  /** Whether anything is left that nobody has claimed. */
  boolean isEmpty() {
    return offered.isEmpty();
  }

  /**
   * Names of what nobody has claimed and nobody is going to: those that are not {@code wanted}, and
   * those whose path is not theirs any more.
   *
   * @param wanted addresses by {@link #name}
   */
  List<String> unwanted(Map<String, SockAddr> wanted) {
    List<String> unwanted =
        offered.keySet().stream().filter(name -> !isWanted(name, wanted)).toList();
    released.addAll(unwanted);
    return unwanted;
  }

  private static boolean isWanted(String name, Map<String, SockAddr> wanted) {
    SockAddr address = wanted.get(withoutFile(name));
    return address != null && (!hasFile(name) || isAt(name, UnixPath.of(address)));
  }

  /** Whether what is at {@code path} is the file that {@code name} tells. */
  static boolean isAt(String name, Path path) {
    try {
      return hasFile(name)
          && name.substring(name.indexOf(FILE) + 1).equals(UnixPath.bound(path).identity());
    } catch (IOException e) {
      return false; // There is none.
    }
  }

  private static boolean hasFile(String name) {
    return name.indexOf(FILE) >= 0;
  }

  private static String withoutFile(String name) {
    return hasFile(name) ? name.substring(0, name.indexOf(FILE)) : name;
  }
}
