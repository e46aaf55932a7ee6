package io.sluice.app.control;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Where the process takes commands, from before it is ready to its end. */
public interface Control extends AutoCloseable {

  /** What a request asks for. */
  @FunctionalInterface
  interface Command {
    /**
     * Does it. Called on the thread of the socket, which must not be held up: the answer may come
     * later, from any thread.
     *
     * @param argument what stands behind the word; may be empty
     */
    CompletableFuture<Answer> run(String argument);
  }

  /** Nobody can ask: no thread, no file. */
  Control NONE =
      new Control() {
        @Override
        public void serve(Map<String, Command> commands) {}

        @Override
        public void close() {}
      };

  /**
   * Listens at {@code path}; who connects waits until {@link #serve}.
   *
   * @throws IOException when it cannot, or another process listens there
   */
  static Control at(Path path) throws IOException {
    return ControlSocket.open(path);
  }

  /**
   * Begins to take commands. To be called once.
   *
   * @param commands by the word that asks for each
   */
  void serve(Map<String, Command> commands);

  /**
   * Takes no more, and removes its file. Those who wait are told that the process ends. Harmless
   * the second time.
   */
  @Override
  void close();
}
