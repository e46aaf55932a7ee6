package io.sluice.app.demo;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Some clients that work at once, each on a thread of its own. */
final class Crew implements AutoCloseable {
  private final int size;
  private final ExecutorService threads;

  /** What each client does; {@code client} counts from 0. */
  @FunctionalInterface
  interface Work {
    void run(int client) throws IOException;
  }

  Crew(String name, int size) {
    this.size = size;
    threads =
        Executors.newFixedThreadPool(
            size,
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Returns when all are done; throws what the first one threw that failed. */
  void run(Work work) throws IOException, InterruptedException {
    List<Future<Void>> clients = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      int client = i;
      clients.add(
          threads.submit(
              () -> {
                work.run(client);
                return null;
              }));
    }
    for (Future<Void> client : clients) {
      try {
        client.get();
      } catch (ExecutionException e) {
        throw new IOException("traffic failed: " + e.getCause().getMessage(), e.getCause());
      }
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
