package io.sluice.app.e2e;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * A systemd of its own, as process 1 of a container over an overlay of this machine's root:
 * whatever is installed here is installed there, and nothing that is written there stays. Its
 * network is empty but for the loopback. Needs root.
 */
final class Container implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(40);

  private static final String NAME = "sluice-" + ProcessHandle.current().pid();
  private static final Path UNITS = Path.of("../systemd/units").toAbsolutePath().normalize();
  private static final Path CGROUPS = Path.of("/sys/fs/cgroup");

  /**
   * Arguments: work folder, name, tree to be laid over the root or nothing, folder of the units or
   * nothing, binds of nspawn by line, cgroup hierarchies. The process moves into a cgroup of its
   * own, below which the container makes its own.
   */
  private static final String BOOT =
      """
      work=$1 name=$2 tree=$3 units=$4; mapfile -t binds <<<"$5"; shift 5
      mount -t tmpfs -o mode=755 overlay "$work"
      mkdir "$work"/{up,work,root}
      mount -t overlay overlay \\
        -o "lowerdir=/,upperdir=$work/up,workdir=$work/work" "$work/root"
      if [[ $tree ]]; then
        tar -C "$tree" -c . | tar -C "$work/root" -x --keep-directory-symlink
      fi
      if [[ $units ]]; then
        mkdir -p "$work"/root/{usr/lib/sluice,etc/sluice}
        cp "$units"/* "$work/root/etc/systemd/system/"
      fi
      for hierarchy; do
        mkdir -p "$hierarchy/$name/container"
        echo $$ >"$hierarchy/$name/container/cgroup.procs"
      done
      # systemd 258 and later wants nothing else; the earlier ones take it.
      export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
      exec systemd-nspawn -q -D "$work/root" -b --machine="$name" --console=pipe --register=no \\
        --keep-unit --private-network --link-journal=no "${binds[@]/#/--bind-ro=}" \\
        systemd.unit=basic.target
      """;

  private final Path folder;
  private final Program nspawn;
  private final long leader;

  private Container(Path folder, Program nspawn) throws IOException {
    this.folder = folder;
    this.nspawn = nspawn;
    leader = awaitLeader(nspawn);
    await("systemd").atMost(PATIENCE).until(() -> isUp(attempt("systemctl", "is-system-running")));
    run(Tool.IP.path(), "link", "set", "lo", "up");
  }

  /**
   * Boots one that works in {@code folder}, in about a second. The packaged proxy is where the
   * units look for it, and so are the units.
   */
  static Container withProxy(Path folder) throws IOException {
    return boot(
        folder,
        "",
        UNITS.toString(),
        SluiceJvm.TARGET + ":/usr/share/sluice",
        SluiceJvm.nativeFolder().orElseThrow() + ":/usr/lib/sluice/native",
        SluiceJvm.TARGET.resolve("test-classes") + ":/opt/sluice-test");
  }

  /**
   * One that has nothing of the proxy but what is in {@code packages}, as {@code /opt/packages}.
   *
   * @param tree what is laid over this machine's root, such as that of another systemd
   */
  static Container withPackages(Path folder, Path packages, Optional<Path> tree)
      throws IOException {
    String over = tree.map(Path::toString).orElse("");
    return boot(folder, over, "", packages + ":/opt/packages");
  }

  private static Container boot(Path folder, String tree, String units, String... binds)
      throws IOException {
    Tool.SYSTEMD_NSPAWN.path();
    Path work = Files.createDirectory(folder.resolve("container"));
    List<String> command = new ArrayList<>();
    command.addAll(List.of(Tool.UNSHARE.path(), "--mount", "--propagation", "private"));
    command.addAll(List.of("/bin/bash", "-euc", BOOT, "boot", work.toString(), NAME));
    command.add(tree);
    command.add(units);
    command.add(String.join("\n", binds));
    hierarchies().forEach(hierarchy -> command.add(hierarchy.toString()));
    Program nspawn = Program.start(folder, "nspawn", command);
    try {
      return new Container(folder, nspawn);
    } catch (IOException | RuntimeException e) {
      nspawn.close();
      removeCgroups();
      throw new IOException(nspawn.stdout() + nspawn.stderr(), e);
    }
  }

  /** Whether this user and this machine may have one; the reason why not is a test's own. */
  static boolean isPossible() {
    return System.getProperty("user.name").equals("root")
        && !hierarchies().isEmpty()
        && hierarchies().stream().allMatch(Files::isWritable);
  }

  /** What a container's systemd keeps its services apart with: cgroups(7), of either version. */
  static List<Path> hierarchies() {
    if (Files.exists(CGROUPS.resolve("cgroup.controllers"))) {
      return List.of(CGROUPS);
    }
    return List.of(CGROUPS.resolve("unified"), CGROUPS.resolve("systemd")).stream()
        .filter(Files::isDirectory)
        .toList();
  }

  private static long awaitLeader(Program nspawn) throws IOException {
    List<Long> found = new ArrayList<>();
    nspawn.await(
        "process 1",
        PATIENCE,
        () -> {
          nspawn
              .handle()
              .children()
              .filter(child -> isSystemd(child.pid()))
              .forEach(child -> found.add(child.pid()));
          return !found.isEmpty();
        });
    return found.get(0);
  }

  private static boolean isSystemd(long pid) {
    try {
      return Files.readAllLines(Path.of("/proc", "" + pid, "comm")).contains("systemd");
    } catch (IOException e) {
      return false; // It has ended.
    }
  }

  private static boolean isUp(Program asked) throws IOException {
    return List.of("running", "degraded").contains(asked.stdout().strip());
  }

  /** Its root folder as this machine sees it; what is written there is there at once. */
  Path root() {
    return Path.of("/proc", "" + leader, "root");
  }

  /** What was written in it since it began, beside what is mounted: the overlay's upper layer. */
  Path written() {
    return Path.of("/proc", "" + nspawn.pid(), "root" + folder + "/container/up");
  }

  /** Runs a command in it to its end, whatever its exit code is. */
  Program attempt(String... command) throws IOException {
    return Program.run(folder, "command", inside("--all", command), PATIENCE);
  }

  /** Runs a command in it, which must succeed; returns what it wrote. */
  String run(String... command) throws IOException {
    Program ended = attempt(command);
    if (ended.exitCode() != 0) {
      throw new IOException(Arrays.toString(command) + ": " + ended.stdout() + ended.stderr());
    }
    return ended.stdout().strip();
  }

  /** Starts a program of this machine in its network; its output goes to files of {@code name}. */
  Program start(String name, Path input, String... command) throws IOException {
    return Program.start(folder, name, inside("--net", command), input);
  }

  private List<String> inside(String what, String... command) {
    List<String> all = new ArrayList<>();
    all.addAll(List.of(Tool.NSENTER.path(), "--target", "" + leader, what, "--"));
    all.addAll(List.of(command));
    return all;
  }

  /** One property of a unit: {@code systemctl show}. */
  String property(String unit, String name) throws IOException {
    return run("systemctl", "show", "--value", "--property=" + name, unit);
  }

  /** Waits until a unit's property is as wanted. */
  void awaitProperty(String unit, String name, String wanted) {
    Callable<String> value = () -> property(unit, name);
    await(unit + " " + name).atMost(PATIENCE).until(value, now -> now.matches(wanted));
  }

  @Override
  public void close() throws IOException {
    // SIGTERM makes nspawn shut the container down, in half a second.
    nspawn.close();
    removeCgroups();
  }

  /** From the leaves up: a cgroup that has others below cannot be removed. */
  private static void removeCgroups() throws IOException {
    for (Path hierarchy : hierarchies()) {
      Path own = hierarchy.resolve(NAME);
      if (Files.isDirectory(own)) {
        await("end of " + own).atMost(PATIENCE).until(() -> remove(own));
      }
    }
  }

  private static boolean remove(Path cgroup) throws IOException {
    List<Path> below;
    try (var entries = Files.newDirectoryStream(cgroup, Files::isDirectory)) {
      below = new ArrayList<>();
      entries.forEach(below::add);
    }
    for (Path one : below) {
      if (!remove(one)) {
        return false;
      }
    }
    return cgroup.toFile().delete();
  }
}
