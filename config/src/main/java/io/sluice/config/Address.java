package io.sluice.config;

/**
 * A place to listen at or to connect to, as the operator writes it: {@code host:port}, {@code
 * [v6]:port}, {@code :port}, {@code unix:/path}, {@code unix:@abstract}, {@code systemd:name}.
 * {@code toString()} gives that form back.
 */
public sealed interface Address {

  /**
   * TCP.
   *
   * @param host a name or a literal without brackets; empty in {@code :port}, which means every
   *     address, IPv4 and IPv6
   * @param port 0 to 65535; 0 lets the kernel choose (binds only)
   */
  record Tcp(String host, int port) implements Address {
    @Override
    public String toString() {
      return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
  }

  /** A UNIX stream socket in the file system. */
  record Unix(String path) implements Address {
    @Override
    public String toString() {
      return "unix:" + path;
    }
  }

  /** A UNIX stream socket in Linux' abstract name space; {@code name} is without the at sign. */
  record Abstract(String name) implements Address {
    @Override
    public String toString() {
      return "unix:@" + name;
    }
  }

  /** Whatever DNS tells of a name while the proxy runs; servers only, never written as such. */
  record Discovered(String name) implements Address {
    @Override
    public String toString() {
      return "dns:" + name;
    }
  }

  /** The sockets of this name that the service manager has opened and hands over; binds only. */
  record Systemd(String name) implements Address {
    @Override
    public String toString() {
      return "systemd:" + name;
    }
  }
}
