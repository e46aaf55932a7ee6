package io.sluice.bench.load;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * One thread of the load generator: a selector, its endpoints, and the two buffers that they share.
 *
 * <p>The scratch buffer's content is never looked at and the payload's never changes, so that no
 * endpoint needs memory of its own.
 */
public final class LoadLoop implements Closeable {

  /** The longest message of a round trip. */
  public static final int PAYLOAD_BYTES_MAX = 64 << 10;

  /** How long a connection that could not be opened waits before the next attempt. */
  private static final long RETRY_MS = 2;

  /** A loop that takes longer than this for a task is broken. */
  private static final int ANSWER_S = 10;

  private final Selector selector = Selector.open();
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final Queue<Runnable> retries = new ConcurrentLinkedQueue<>();
  private final ByteBuffer scratch = ByteBuffer.allocateDirect(PAYLOAD_BYTES_MAX);
  private final ByteBuffer payload = ByteBuffer.allocateDirect(PAYLOAD_BYTES_MAX);
  private final Ticker ticker = new Ticker(selector);
  private final Source source;
  private final Thread thread;
  private volatile boolean open = true;

  /** Starts the thread. The source is shared by all loops. */
  public LoadLoop(String name, Source source) throws IOException {
    this.source = source;
    this.thread = new Thread(this::run, name);
    thread.setDaemon(true);
    thread.start();
  }

  /** Runs a task on the loop's thread; any thread may ask. */
  void execute(Runnable task) {
    tasks.add(task);
    selector.wakeup();
  }

  /** Runs a task on the loop's thread after a short rest; from the loop's thread. */
  void retry(Runnable task) {
    retries.add(task);
  }

  /** Adds a channel; from the loop's thread. */
  SelectionKey register(SocketChannel channel, int interest, Endpoint endpoint)
      throws ClosedChannelException {
    return channel.register(selector, interest, endpoint);
  }

  Ticker ticker() {
    return ticker;
  }

  Selector selector() {
    return selector;
  }

  /** A cleared buffer for whatever arrives; from the loop's thread. */
  ByteBuffer scratch() {
    return scratch.clear();
  }

  /** The bytes [from, to) of the message that everybody sends; from the loop's thread. */
  ByteBuffer payload(int from, int to) {
    return payload.limit(to).position(from);
  }

  Source source() {
    return source;
  }

  /** Runs a task on the loop's thread and returns when it is done; from another thread. */
  void call(Runnable task) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    execute(
        () -> {
          task.run();
          done.complete(null);
        });
    done.orTimeout(ANSWER_S, TimeUnit.SECONDS).join();
  }

  /** Resets every connection and forgets what was to be retried; returns when it is done. */
  public void resetAll() {
    call(
        () -> {
          retries.clear();
          ticker.clear();
          for (SelectionKey key : selector.keys()) {
            if (key.isValid() && key.channel() instanceof SocketChannel channel) {
              reset(channel);
              ((Endpoint) key.attachment()).onFailure(new IOException("the run is over"));
            }
          }
        });
  }

  @Override
  public void close() {
    open = false;
    selector.wakeup();
  }

  /** Closes with a RST, which leaves no TIME_WAIT behind. */
  static void reset(SocketChannel channel) {
    try {
      channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    } catch (IOException gone) {
      // The peer was faster; closing is all that is left.
    }
    closeQuietly(channel);
  }

  static void closeQuietly(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException gone) {
      // Linux has released the descriptor whatever close(2) says.
    }
  }

  private void run() {
    try (selector) {
      while (open) {
        if (retries.isEmpty()) {
          selector.select(this::ready);
        } else {
          selector.select(this::ready, RETRY_MS);
          runAll(retries, retries.size());
        }
        ticker.run();
        runAll(tasks, Integer.MAX_VALUE);
      }
      for (SelectionKey key : selector.keys()) {
        key.channel().close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The bound keeps a task that queues itself again from running twice in a turn. */
  private static void runAll(Queue<Runnable> queue, int most) {
    for (int i = 0; i < most; i++) {
      Runnable task = queue.poll();
      if (task == null) {
        return;
      }
      task.run();
    }
  }

  private void ready(SelectionKey key) {
    Endpoint endpoint = (Endpoint) key.attachment();
    try {
      endpoint.onReady(key);
    } catch (CancelledKeyException closedInThisTurn) {
      return;
    } catch (IOException e) {
      if (key.channel() instanceof SocketChannel channel) {
        reset(channel);
      }
      endpoint.onFailure(e);
    }
  }
}
