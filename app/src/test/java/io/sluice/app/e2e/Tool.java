package io.sluice.app.e2e;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * A program that tests need, and the Debian package that has it.
 *
 * <p>Where it is missing, the test is skipped; with {@code CI=true} in the environment or {@code
 * -Dsluice.e2e=required} it fails, so that an incomplete machine cannot pass.
 */
enum Tool {
  CHATTR("chattr", "e2fsprogs"),
  CURL("curl", "curl"),
  DNSMASQ("dnsmasq", "dnsmasq-base"),
  DPKG("dpkg", "dpkg"),
  HAPROXY("haproxy", "haproxy"),
  INITDB("initdb", "postgresql"),
  IP("ip", "iproute2"),
  IPERF3("iperf3", "iperf3"),
  NGINX("nginx", "nginx"),
  OPENSSL("openssl", "openssl"),
  NSENTER("nsenter", "util-linux"),
  PG_BASEBACKUP("pg_basebackup", "postgresql"),
  PG_CTL("pg_ctl", "postgresql"),
  PGBENCH("pgbench", "postgresql"),
  POSTGRES("postgres", "postgresql"),
  PSQL("psql", "postgresql-client"),
  REDIS_BENCHMARK("redis-benchmark", "redis-tools"),
  REDIS_CLI("redis-cli", "redis-tools"),
  REDIS_SERVER("redis-server", "redis-server"),
  SETPRIV("setpriv", "util-linux"),
  SHA256SUM("sha256sum", "coreutils"),
  SOCAT("socat", "socat"),
  STRACE("strace", "strace"),
  SYSTEMD_NSPAWN("systemd-nspawn", "systemd-container"),
  TSHARK("tshark", "tshark"),
  UNBOUND("unbound", "unbound"),
  UNSHARE("unshare", "util-linux");

  private final String program;
  private final String debianPackage;

  Tool(String program, String debianPackage) {
    this.program = program;
    this.debianPackage = debianPackage;
  }

  /** The path of the program; does not return where there is none. */
  String path() {
    for (Path folder : folders()) {
      Path file = folder.resolve(program);
      if (Files.isExecutable(file)) {
        return file.toString();
      }
    }
    missing("needs " + program + ": apt-get install " + debianPackage);
    throw new AssertionError("unreachable");
  }

  /** Ends a test that lacks something which is expected to be installed. */
  static void missing(String reason) {
    if ("true".equals(System.getenv("CI")) || "required".equals(System.getProperty("sluice.e2e"))) {
      fail(reason);
    }
    Assumptions.abort(reason);
  }

  private static List<Path> folders() {
    List<Path> folders = new ArrayList<>();
    for (String folder : System.getenv("PATH").split(":", -1)) {
      folders.add(Path.of(folder));
    }
    folders.add(Path.of("/usr/sbin"));
    folders.add(Path.of("/sbin"));
    folders.addAll(postgresFolders());
    return folders;
  }

  /** Debian keeps the server's programs out of the PATH; the newest version comes first. */
  private static List<Path> postgresFolders() {
    Path root = Path.of("/usr/lib/postgresql");
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    List<Path> folders = new ArrayList<>();
    try (DirectoryStream<Path> versions = Files.newDirectoryStream(root, "[0-9]*")) {
      versions.forEach(version -> folders.add(version.resolve("bin")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    folders.sort(Comparator.comparing(Path::toString).reversed());
    return folders;
  }
}
