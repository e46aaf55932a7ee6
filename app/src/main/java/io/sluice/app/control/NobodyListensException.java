package io.sluice.app.control;

import java.io.IOException;
import java.nio.file.Path;

/** There is no process at the socket that a command was to go to. */
public final class NobodyListensException extends IOException {

  private static final long serialVersionUID = 1L;

  NobodyListensException(Path socket, IOException cause) {
    super("no process listens at " + socket, cause);
  }
}
