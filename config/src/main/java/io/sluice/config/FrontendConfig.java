package io.sluice.config;

import java.time.Duration;
import java.util.List;

/**
 * Where clients connect.
 *
 * @param binds listening addresses, at least one
 * @param backend name of the backend that serves this frontend
 * @param mirrors what gets the bytes of its sessions too, in the order of the file
 * @param maxConnections client connections at a time; the excess waits in the kernel's backlog
 * @param clientTimeout inactivity of the client side; zero means never
 * @param clientFinTimeout inactivity of a half-closed client side; zero means unset
 * @param admission who is let in
 * @param greeting what is read of a connection before a server is looked for
 * @param bandwidth how fast the bytes of its sessions may move
 * @param tcp options of the listening sockets and of the connections accepted from them
 */
public record FrontendConfig(
    String name,
    List<Address> binds,
    String backend,
    List<MirrorConfig> mirrors,
    int maxConnections,
    Duration clientTimeout,
    Duration clientFinTimeout,
    AdmissionConfig admission,
    GreetingConfig greeting,
    BandwidthConfig bandwidth,
    ListenOptions listen,
    TcpOptions tcp) {

  public FrontendConfig {
    binds = List.copyOf(binds);
    mirrors = List.copyOf(mirrors);
  }

  /** Whether sessions of this frontend may go to the backend of that name. */
  public boolean leadsTo(String name) {
    return backend.equals(name)
        || greeting.serverNames().containsValue(name)
        || greeting.protocols().containsValue(name);
  }
}
