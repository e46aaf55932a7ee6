package io.sluice.config;

/**
 * Where connections to servers come from.
 *
 * @param address an IP address; empty means what the route to the server gives
 * @param firstPort of the ports that are used; 0 means what the kernel chooses
 * @param lastPort the last of them; 0 together with {@code firstPort}
 * @param networkInterface that they leave by; empty means what the route to the server gives
 * @param transparent whether {@code address} need not be one of this host
 */
public record SourceAddress(
    String address, int firstPort, int lastPort, String networkInterface, boolean transparent) {

  /** As the kernel chooses. */
  public static final SourceAddress ANY = new SourceAddress("", 0, 0, "", false);

  /** Whether nothing is asked for. */
  public boolean isAny() {
    return equals(ANY);
  }

  /** In words, for messages. */
  @Override
  public String toString() {
    StringBuilder words = new StringBuilder(address.isEmpty() ? "any address" : address);
    if (firstPort > 0) {
      words.append(", ports ").append(firstPort).append('-').append(lastPort);
    }
    if (!networkInterface.isEmpty()) {
      words.append(", interface ").append(networkInterface);
    }
    return words.append(transparent ? ", transparent" : "").toString();
  }
}
