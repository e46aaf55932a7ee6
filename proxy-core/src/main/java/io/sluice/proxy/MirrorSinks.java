package io.sluice.proxy;

import io.sluice.config.MirrorConfig;
import io.sluice.config.MirrorTarget;
import io.sluice.config.TcpOptions;
import io.sluice.linux.SockAddr;
import io.sluice.mirror.SinkFactory;
import io.sluice.mirror.SocketSinks;
import io.sluice.mirror.SocketTerms;
import io.sluice.mirror.capture.CapturePath;
import io.sluice.mirror.capture.CaptureSinks;
import io.sluice.mirror.capture.FileTarget;
import io.sluice.transport.Transport;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The one place that knows every kind of sink: a new one is added here and in the configuration.
 */
final class MirrorSinks {
  /**
   * What max-lag bounds anyway: how long a server that takes nothing is waited for when its session
   * is over. Long enough for a restart of it, or for a firewall that has been reloaded.
   */
  private static final Duration LINGER = Duration.ofMinutes(1);

  /** What is on its way may be lost and sent again several times, however short max-lag is. */
  private static final Duration LEAVE_MIN = Duration.ofSeconds(5);

  private static final Duration SYSTEM = Duration.ZERO;
  private static final TcpOptions TCP =
      new TcpOptions(true, false, SYSTEM, SYSTEM, 0, SYSTEM, 0, 0, "");

  /** A mirror may be late: what is sent in one piece costs it and us one packet instead of many. */
  private static final Duration PAUSE = Duration.ofMillis(10);

  /** Of {@code max-lag}, what the pause may take. */
  private static final int LAG_PARTS = 4;

  private MirrorSinks() {}

  /**
   * Where the server of a mirror is; empty if its target is another.
   *
   * @throws IOException when it cannot be resolved
   */
  static Optional<SockAddr> address(MirrorConfig config) throws IOException {
    return config.target() instanceof MirrorTarget.Stream stream
        ? Optional.of(Resolver.resolve(stream.address(), "mirror " + config.name()))
        : Optional.empty();
  }

  /** Whether both would have the same sinks, if their addresses are the same. */
  static boolean areAlike(MirrorConfig one, MirrorConfig other) {
    return one.equals(other) || sinkTerms(one).equals(sinkTerms(other));
  }

  /** What {@link #of} looks at. */
  private static List<Object> sinkTerms(MirrorConfig config) {
    return List.of(
        config.target(),
        config.connectTimeout(),
        config.maxLag(),
        config.proxyProtocol(),
        config.bufferBytes(),
        config.replies(),
        config.maxFileBytes(),
        config.rotateBytes(),
        config.keepFiles());
  }

  /** What makes the sinks of a mirror, whose {@code address} is this. */
  static SinkFactory of(MirrorConfig config, Optional<SockAddr> address, Transport transport) {
    return of(config, address, transport, TCP, PAUSE);
  }

  /**
   * The same with options of its connections.
   *
   * @param pause how long a few bytes may wait for more after others were sent
   */
  static SinkFactory of(
      MirrorConfig config,
      Optional<SockAddr> address,
      Transport transport,
      TcpOptions tcp,
      Duration pause) {
    MirrorTarget target = config.target();
    if (target instanceof MirrorTarget.FileTarget file) {
      return files(config, file, config.maxFileBytes(), transport);
    }
    if (target instanceof MirrorTarget.Pcapng capture) {
      return CaptureSinks.pcapng(
          transport,
          config.name(),
          new CapturePath(capture.template()),
          config.rotateBytes(),
          Math.max(1, config.keepFiles()));
    }
    Optional<SinkFactory> replies = config.replies().map(file -> files(config, file, 0, transport));
    return new SocketSinks(
        new SocketTerms(
            address.orElseThrow(),
            tcp,
            config.connectTimeout().toNanos(),
            pauseNs(config.maxLag(), pause),
            config.maxLag().isZero() ? LINGER.toNanos() : 0,
            leaveNs(config.maxLag()),
            config.proxyProtocol() == MirrorConfig.ProxyProtocol.V2,
            config.bufferBytes(),
            replies));
  }

  private static long pauseNs(Duration maxLag, Duration pause) {
    Duration part = maxLag.dividedBy(LAG_PARTS);
    return (part.isZero() || part.compareTo(pause) > 0 ? pause : part).toNanos();
  }

  private static long leaveNs(Duration maxLag) {
    Duration leave = maxLag.isZero() ? LINGER : maxLag;
    return (leave.compareTo(LEAVE_MIN) < 0 ? LEAVE_MIN : leave).toNanos();
  }

  private static SinkFactory files(
      MirrorConfig config, MirrorTarget.FileTarget file, long maxBytes, Transport transport) {
    CapturePath path = new CapturePath(file.template());
    return CaptureSinks.files(transport, new FileTarget(config.name(), path, maxBytes));
  }
}
