package io.sluice.config;

import io.sluice.config.ConfigSection.Word;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads where connections to servers come from. */
final class SourceReader {

  private static final int PORT_MAX = 65535;
  private static final Pattern ADDRESS = Pattern.compile("[0-9A-Fa-f:.]+");
  private static final Pattern PORTS = Pattern.compile("([1-9][0-9]{0,4})(?:-([1-9][0-9]{0,4}))?");

  /** IFNAMSIZ is 16 with the closing zero. */
  private static final Pattern INTERFACE = Pattern.compile("[^\\s/:]{1,15}");

  private static final Word<String> AUTO = new Word<>("auto", "");

  private SourceReader() {}

  static SourceAddress read(ConfigSection section) {
    String address = section.text("address", ADDRESS, "an IP address", AUTO);
    if (!address.isEmpty() && !AddressParser.isV4(address) && !AddressParser.isV6(address)) {
      section.findings().error(section.place("address"), "must be an IP address, or auto");
    }
    String ports = section.text("ports", PORTS, "ports such as 10000-20000", AUTO);
    Matcher range = PORTS.matcher(ports);
    int first = 0;
    int last = 0;
    if (range.matches()) {
      first = Integer.parseInt(range.group(1));
      last = range.group(2) == null ? first : Integer.parseInt(range.group(2));
      if (last > PORT_MAX || first > last) {
        section
            .findings()
            .error(section.place("ports"), "must be ports from 1 to 65535, the lower one first");
      }
    }
    String networkInterface =
        section.text("interface", INTERFACE, "the name of a network interface", AUTO);
    boolean transparent = section.bool("transparent");
    if (transparent && address.isEmpty() && !section.isBroken()) {
      section.findings().error(section.place("transparent"), "means nothing without an address");
    }
    return new SourceAddress(address, first, last, networkInterface, transparent);
  }
}
