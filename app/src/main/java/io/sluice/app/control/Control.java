package io.sluice.app.control;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Where the process takes commands, from before it is ready to its end. */
public interface Control extends AutoCloseable {

  /** Nobody can ask: no thread, no file. */
  Control NONE =
      new Control() {
        @Override
        public void serve(Map<String, Supplier<CompletableFuture<Answer>>> commands) {}

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
   * @param commands by the line that asks for each; called on the thread of the socket, where they
   *     must not block: the answer may come later, from any thread
   */
  void serve(Map<String, Supplier<CompletableFuture<Answer>>> commands);

  /** Takes no more, and removes its file. Those who wait are told that the process ends. */
  @Override
  void close();
}
