package io.sluice.app.replay;

import java.net.Inet6Address;
import java.net.InetAddress;

/** One end of a recorded connection. */
record Endpoint(InetAddress address, int port) {
  @Override
  public String toString() {
    String host = address.getHostAddress();
    return (address instanceof Inet6Address ? "[" + host + "]" : host) + ":" + port;
  }
}
