package io.sluice.config;

import io.sluice.config.MirrorTarget.FileTarget;
import io.sluice.config.MirrorTarget.Pcapng;
import io.sluice.config.MirrorTarget.Stream;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the text forms of {@link MirrorTarget}. Resolves no names and touches no files. */
final class MirrorTargetParser {

  private static final List<String> SCHEMES = List.of("tcp", "unix", "file", "pcapng");
  private static final String FORMS = "tcp:host:port, unix:/path, file:/path or pcapng:/path";

  private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*):(.*)");

  private MirrorTargetParser() {}

  /**
   * Reads a target; a bare {@code host:port} is one of TCP.
   *
   * @throws IllegalArgumentException whose message tells the operator what to change
   */
  static MirrorTarget parse(String text) {
    if (text.startsWith("/")) {
      throw new IllegalArgumentException("a path needs its kind before it: file:" + text);
    }
    Matcher matcher = SCHEME.matcher(text);
    if (!matcher.matches()) {
      return new Stream(AddressParser.parseServer(text));
    }
    String rest = matcher.group(2);
    return switch (matcher.group(1)) {
      case "tcp" -> tcp(rest);
      case "unix" -> new Stream(AddressParser.parseServer(text));
      case "file" -> file(rest);
      case "pcapng" -> new Pcapng(new PathTemplate(rest));
      default -> bare(text, matcher.group(1), rest);
    };
  }

  private static Stream tcp(String text) {
    if (text.startsWith("unix:")) {
      throw new IllegalArgumentException("a UNIX socket is written " + text);
    }
    return new Stream(AddressParser.parseServer(text));
  }

  /** A file for each session. */
  static FileTarget file(String template) {
    return new FileTarget(new PathTemplate(template));
  }

  /** {@code host:port}, unless what follows the first colon shows that a scheme was meant. */
  private static Stream bare(String text, String scheme, String rest) {
    boolean isAddress = AddressParser.isV6(text) || AddressParser.isV6(beforeLastColon(text));
    if (!isAddress && (rest.startsWith("/") || rest.indexOf(':') >= 0)) {
      String near = Spelling.didYouMean(scheme, SCHEMES);
      throw new IllegalArgumentException(
          "there is no target "
              + scheme
              + ": a mirror goes to "
              + FORMS
              + (near.isEmpty() ? "" : "; " + near));
    }
    return new Stream(AddressParser.parseServer(text));
  }

  private static String beforeLastColon(String text) {
    return text.substring(0, text.lastIndexOf(':'));
  }
}
