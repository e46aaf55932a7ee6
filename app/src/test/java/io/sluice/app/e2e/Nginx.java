package io.sluice.app.e2e;

import io.sluice.linux.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** One nginx process of the user who runs the tests, with all its files in one folder. */
final class Nginx implements AutoCloseable {
  private final Path folder;
  private final int port;
  private final Program server;

  private Nginx(Path folder, int port, Program server) {
    this.folder = folder;
    this.port = port;
    this.server = server;
  }

  /**
   * One that listens and serves {@link #files}.
   *
   * @param logFormat of {@link #accessLog}; empty for none
   */
  static Nginx start(Path folder, String logFormat) throws IOException {
    return start(folder, FreePort.any(), logFormat);
  }

  private static Nginx start(Path folder, int port, String logFormat) throws IOException {
    Program server = Program.start(folder, "nginx", command(folder, port, logFormat));
    return new Nginx(folder, port, server.awaitPort(port));
  }

  /** How to start one somewhere else: a container, for example. */
  static List<String> command(Path folder, int port, String logFormat) throws IOException {
    Files.createDirectories(folder.resolve("files"));
    Path config = Files.writeString(folder.resolve("nginx.conf"), config(folder, port, logFormat));
    return List.of(
        Tool.NGINX.path(), "-e", "stderr", "-p", folder.toString(), "-c", config.toString());
  }

  /** A new one in its place, with its files and without a log, after it was closed. */
  Nginx again() throws IOException {
    return start(folder, port, "");
  }

  String address() {
    return "127.0.0.1:" + port;
  }

  /** What it serves and where it stores. */
  Path files() {
    return folder.resolve("files");
  }

  /** The lines of its access log so far. */
  List<String> accessLog() throws IOException {
    return Files.readAllLines(folder.resolve("access.log"));
  }

  @Override
  public void close() {
    server.close();
  }

  private static String config(Path folder, int port, String logFormat) {
    String log =
        logFormat.isEmpty()
            ? "access_log off;"
            : "log_format plain '" + logFormat + "'; access_log " + folder + "/access.log plain;";
    return """
    daemon off;
    master_process off;
    pid %1$s/nginx.pid;
    error_log stderr warn;
    events { worker_connections 64; }
    http {
      %3$s
      client_body_temp_path %1$s/body;
      proxy_temp_path %1$s/proxy;
      fastcgi_temp_path %1$s/fastcgi;
      uwsgi_temp_path %1$s/uwsgi;
      scgi_temp_path %1$s/scgi;
      server {
        listen 127.0.0.1:%2$d;
        root %1$s/files;
        client_max_body_size 0;
        dav_methods PUT;
      }
    }
    """
        .formatted(folder, port, log);
  }
}
