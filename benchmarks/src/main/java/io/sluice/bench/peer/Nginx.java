package io.sluice.bench.peer;

import io.sluice.bench.proc.Commands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** nginx with its stream module: a user-space copy through one buffer a direction. */
record Nginx(String name, String program, Path template, int workers, String buffer)
    implements Contender {

  private static final List<String> MODULE_PLACES =
      List.of(
          "/usr/lib/nginx/modules/ngx_stream_module.so",
          "/usr/lib64/nginx/modules/ngx_stream_module.so",
          "/usr/local/nginx/modules/ngx_stream_module.so");

  @Override
  public String description() {
    String version =
        Commands.find(program).map(path -> Commands.firstLine(path.toString(), "-v")).orElse("?");
    return version + ", worker_processes " + workers + ", proxy_buffer_size " + buffer;
  }

  @Override
  public Optional<String> missing() {
    if (Commands.find(program).isEmpty()) {
      return Optional.of("no " + program + "; apt-get install nginx libnginx-mod-stream");
    }
    return loadModule() == null
        ? Optional.of("nginx has no stream module; apt-get install libnginx-mod-stream")
        : Optional.empty();
  }

  @Override
  public boolean isSluice() {
    return false;
  }

  @Override
  public Running start(Place place) throws IOException {
    Map<String, String> values =
        Map.of(
            "THREADS", Integer.toString(workers),
            "LISTEN", place.listen(),
            "TARGET", place.target(),
            "BUFFER", buffer,
            "WORK", place.work().toString(),
            "LOAD_MODULE", loadModule());
    Path config = Commands.fill(template, values, place.work().resolve("nginx.conf"));
    String path = Commands.find(program).orElseThrow().toString();
    List<String> command =
        List.of(path, "-p", place.work().toString(), "-e", "stderr", "-c", config.toString());
    return Running.command(command, place);
  }

  /** The line that loads the module: empty when it is built in, null when there is none. */
  private String loadModule() {
    String build = Commands.ask(Commands.find(program).orElseThrow().toString(), "-V").orElse("");
    if (build.matches("(?s).*--with-stream(\\s.*|$)")) {
      return "";
    }
    return MODULE_PLACES.stream()
        .filter(place -> Files.exists(Path.of(place)))
        .map(place -> "load_module " + place + ";")
        .findFirst()
        .orElse(null);
  }
}
