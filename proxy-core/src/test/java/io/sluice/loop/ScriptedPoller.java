package io.sluice.loop;

import io.sluice.config.TcpOptions;
import io.sluice.linux.SockAddr;
import io.sluice.transport.Backlog;
import io.sluice.transport.FlowCounters;
import io.sluice.transport.ListenSocket;
import io.sluice.transport.Poller;
import io.sluice.transport.Pump;
import io.sluice.transport.StreamSocket;
import java.util.ArrayList;
import java.util.List;

/** A poller without sockets that never waits and remembers how long it was asked to. */
public final class ScriptedPoller implements Poller {
  final List<Integer> waits = new ArrayList<>();
  Runnable onPoll = () -> {};
  int events;
  int wakeups;
  boolean closed;

  @Override
  public int poll(int timeoutMs) {
    waits.add(timeoutMs);
    onPoll.run();
    return events;
  }

  /** How long the last poll was allowed to wait, in milliseconds. */
  int lastWait() {
    return waits.get(waits.size() - 1);
  }

  @Override
  public void wakeup() {
    wakeups++;
  }

  @Override
  public void close() {
    closed = true;
  }

  @Override
  public int watch(ListenSocket socket, ReadyHandler onAcceptable) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void unwatch(ListenSocket socket) {
    throw new UnsupportedOperationException();
  }

  @Override
  public StreamSocket accept(ListenSocket socket) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int attach(StreamSocket socket, ReadyHandler handler) {
    throw new UnsupportedOperationException();
  }

  @Override
  public StreamSocket connect(SockAddr address, TcpOptions options, ReadyHandler handler) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int lastError() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Pump pump(StreamSocket source, StreamSocket target, FlowCounters counters) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Backlog backlog(int maxBytes) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Usage usage() {
    return new Usage(0, 0, 0, 0, 0, 0);
  }
}
