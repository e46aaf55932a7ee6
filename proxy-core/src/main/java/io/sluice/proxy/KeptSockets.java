package io.sluice.proxy;

import io.sluice.config.ListenOptions;
import io.sluice.linux.SockAddr;
import io.sluice.transport.ListenSocket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Listening TCP sockets that outlive the process that opened them, because somebody keeps a
 * duplicate of each under a name that tells its address: the descriptor store of systemd.
 *
 * <p>Not UNIX sockets, whose path the process that opened them removes at its end, and not ports of
 * the kernel's choice, which nobody asks for a second time.
 */
final class KeptSockets {

  /** What no {@code FileDescriptorName=} should begin with. */
  private static final String PREFIX = "sluice-kept-";

  private static final int NAME_LENGTH_MAX = 255;

  private final Map<String, List<Integer>> offered = new LinkedHashMap<>();
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

  /** The name of a bind's socket; empty for one that is not kept. */
  static String name(SockAddr address, ListenOptions options) {
    if (address.isUnix() || address.port() == 0) {
      return "";
    }
    // A colon may not be in it.
    String text = URLEncoder.encode(address.toString(), StandardCharsets.US_ASCII);
    String name = PREFIX + text + (options.v6only() ? "-v6only" : "");
    return name.length() <= NAME_LENGTH_MAX ? name : "";
  }

  /** The descriptors of {@code name} that an earlier process has left; nobody else gets them. */
  List<Integer> claim(String name) {
    List<Integer> found = offered.remove(name);
    return found == null ? List.of() : found;
  }

  /** A socket that was opened under {@code name}, for who keeps it. */
  void onOpened(String name, ListenSocket socket) {
    if (!name.isEmpty() && socket.descriptor() >= 0) {
      opened.put(name, socket.descriptor());
    }
  }

  /** A socket that was opened is closed: nobody keeps it any more. */
  void onClosed(ListenSocket socket) {
    opened.values().removeIf(descriptor -> descriptor == socket.descriptor());
  }

  /** Descriptors of {@link #onOpened}, by name. */
  Map<String, Integer> opened() {
    return Map.copyOf(opened);
  }

  /** What nobody has claimed. */
  Map<String, List<Integer>> unclaimed() {
    return Map.copyOf(offered);
  }
}
