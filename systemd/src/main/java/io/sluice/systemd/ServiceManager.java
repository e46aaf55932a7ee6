package io.sluice.systemd;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The service manager that started this process, told how it is doing: sd_notify(3).
 *
 * <p>Telling never fails and never blocks: a service must not end because nobody listens to what it
 * says. Thread-safe.
 */
public final class ServiceManager {

  /** Started by hand, by a container, by a test: nobody to tell. */
  public static final ServiceManager NONE = new ServiceManager(NotifyChannel.NOWHERE, 0, false);

  private final NotifyChannel channel;
  private final long watchdogUs;
  private final boolean keepsDescriptors;

  private ServiceManager(NotifyChannel channel, long watchdogUs, boolean keepsDescriptors) {
    this.channel = channel;
    this.watchdogUs = watchdogUs;
    this.keepsDescriptors = keepsDescriptors;
  }

  /**
   * The manager that the environment names in {@code NOTIFY_SOCKET}, or {@link #NONE}.
   *
   * @param warnings takes one line when telling fails, once, and one about a variable that cannot
   *     be understood
   */
  public static ServiceManager of(Map<String, String> environment, Consumer<String> warnings) {
    String address = environment.getOrDefault("NOTIFY_SOCKET", "");
    if (address.isEmpty()) {
      return NONE;
    }
    long watchdogUs = watchdogUs(environment, ProcessHandle.current().pid(), warnings);
    // Names NotifySocket only here: loading it costs a start without systemd tens of milliseconds.
    boolean keeps = environment.getOrDefault("FDSTORE", "").matches("[1-9]\\d*");
    return new ServiceManager(new NotifySocket(address, warnings), watchdogUs, keeps);
  }

  /** sd_watchdog_enabled(3): microseconds; 0 where this process is not watched. */
  private static long watchdogUs(
      Map<String, String> environment, long pid, Consumer<String> warnings) {
    String interval = environment.getOrDefault("WATCHDOG_USEC", "");
    String watched = environment.getOrDefault("WATCHDOG_PID", "");
    if (interval.isEmpty() || !(watched.isEmpty() || watched.equals(String.valueOf(pid)))) {
      return 0;
    }
    try {
      return Math.max(0, Long.parseLong(interval));
    } catch (NumberFormatException e) {
      warnings.accept("WATCHDOG_USEC=" + interval + " is not a number; no watchdog is fed");
      return 0;
    }
  }

  /**
   * The time within which {@link #alive} has to be repeated, {@code WatchdogSec=}; zero where
   * nobody waits for it.
   */
  public Duration watchdogInterval() {
    return Duration.ofNanos(TimeUnit.MICROSECONDS.toNanos(watchdogUs));
  }

  /**
   * Start-up, or a reload, is done: {@code READY=1}, with one line for {@code systemctl status}.
   */
  public void ready(String status) {
    long pid = ProcessHandle.current().pid();
    channel.send("READY=1\nSTATUS=" + oneLine(status) + "\nMAINPID=" + pid);
  }

  /**
   * A reload begins, which {@link #ready} ends: {@code RELOADING=1}, for {@code Type=notify-reload}
   * with the time at which it began.
   */
  public void reloading(String status) {
    long nowUs = monotonicUs();
    channel.send("RELOADING=1\nMONOTONIC_USEC=" + nowUs + "\nSTATUS=" + oneLine(status));
  }

  /** One line for {@code systemctl status}: {@code STATUS=}. */
  public void status(String status) {
    channel.send("STATUS=" + oneLine(status));
  }

  /** All is well: {@code WATCHDOG=1}. To be repeated within {@link #watchdogInterval}. */
  public void alive() {
    channel.send("WATCHDOG=1");
  }

  /** Shutdown has begun: {@code STOPPING=1}, with one line for {@code systemctl status}. */
  public void stopping(String status) {
    channel.send("STOPPING=1\nSTATUS=" + oneLine(status));
  }

  /**
   * Start, reload or stop takes longer than the unit allows: {@code EXTEND_TIMEOUT_USEC=}. The
   * manager gives up when neither the end of it nor another extension comes within {@code more}.
   */
  public void extendTimeout(Duration more) {
    channel.send("EXTEND_TIMEOUT_USEC=" + TimeUnit.NANOSECONDS.toMicros(more.toNanos()));
  }

  /**
   * The service ends because of a failure: {@code STATUS=} and, where there is an error number,
   * {@code ERRNO=}.
   *
   * @param errno positive, or 0 where it was no system call that failed
   */
  public void failed(int errno, String status) {
    channel.send("STATUS=" + oneLine(status) + (errno > 0 ? "\nERRNO=" + errno : ""));
  }

  /**
   * Whether it has a store for descriptors: {@code FDSTORE}, which systemd sets from version 254 on
   * and a unit may set for an older one that has {@code FileDescriptorStoreMax=}.
   */
  public boolean keepsDescriptors() {
    return keepsDescriptors;
  }

  /**
   * Asks the manager to keep a duplicate of {@code descriptor} for the next start of the service,
   * {@code FDSTORE=1}; it comes back among the inherited ones, under {@code name}. One that it has
   * already is not kept twice. Needs {@code FileDescriptorStoreMax=} in the unit.
   *
   * @param name at most 255 printable ASCII characters without a colon
   * @throws IllegalArgumentException for another name
   */
  public void storeDescriptor(String name, int descriptor) {
    requireName(name);
    channel.send("FDSTORE=1\nFDNAME=" + name, descriptor);
  }

  /**
   * Asks the manager to forget what it keeps under {@code name}: {@code FDSTOREREMOVE=1}.
   *
   * @throws IllegalArgumentException as {@link #storeDescriptor}
   */
  public void removeDescriptors(String name) {
    requireName(name);
    channel.send("FDSTOREREMOVE=1\nFDNAME=" + name);
  }

  /** What the manager would ignore must not pass for kept. */
  private static void requireName(String name) {
    boolean printable = name.chars().allMatch(c -> c >= ' ' && c < 127 && c != ':');
    if (name.isEmpty() || name.length() > 255 || !printable) {
      throw new IllegalArgumentException("not a name for a descriptor: \"" + name + "\"");
    }
  }

  /** CLOCK_MONOTONIC in microseconds: what nanoTime() reads on Linux, which a test holds it to. */
  static long monotonicUs() {
    return TimeUnit.NANOSECONDS.toMicros(System.nanoTime());
  }

  static String oneLine(String text) {
    return text.replaceAll("\\s*\\R\\s*", "; ");
  }
}
