package io.sluice.discovery;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** A name server on loopback that knows what a test tells it, by UDP and TCP, or misbehaves. */
public final class FakeNameServer implements AutoCloseable {
  /** Answers are truncated beyond this by UDP. */
  private static final int UDP_MAX = 512;

  /** To find a port that is free for both. */
  private static final int ATTEMPTS = 20;

  public final List<String> asked = new CopyOnWriteArrayList<>();
  volatile int rcode = Rcode.NOERROR;
  public volatile boolean silent;

  /** Whether answers are no messages. */
  volatile boolean talksNonsense;

  /** Whether an answer tells what its aliases are aliases of. */
  volatile boolean chases = true;

  /** A type that it does not answer questions for. */
  volatile int silentType;

  private volatile List<Record> records = List.of();
  private final DatagramSocket udp;
  private final ServerSocket tcp;
  private final List<Thread> threads = new ArrayList<>();

  public FakeNameServer() throws IOException {
    ServerSocket listening = null;
    DatagramSocket receiving = null;
    for (int attempts = 1; receiving == null; attempts++) {
      listening = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
      try {
        receiving = new DatagramSocket(listening.getLocalSocketAddress());
      } catch (BindException e) { // Somebody has this port of UDP.
        listening.close();
        if (attempts == ATTEMPTS) {
          throw e;
        }
      }
    }
    tcp = listening;
    udp = receiving;
    start(this::overUdp);
    start(this::overTcp);
  }

  /** What it knows from now on, one record a line: owner TTL type data. */
  public FakeNameServer knows(String... lines) throws IOException {
    List<Record> all = new ArrayList<>();
    for (String line : lines) {
      String[] words = line.split(" ", 4);
      Name owner = Name.fromString(words[0], Name.root);
      int type = Type.value(words[2]);
      long ttl = Long.parseLong(words[1]);
      all.add(Record.fromString(owner, type, DClass.IN, ttl, words[3], Name.root));
    }
    records = all;
    return this;
  }

  /** As a configuration has it. */
  public String address() {
    return "\"127.0.0.1:" + tcp.getLocalPort() + "\"";
  }

  private void start(Runnable task) {
    Thread thread = new Thread(task, "fake-name-server");
    thread.setDaemon(true);
    thread.start();
    threads.add(thread);
  }

  private void overUdp() {
    DatagramPacket packet = new DatagramPacket(new byte[4096], 4096);
    try {
      while (true) {
        udp.receive(packet);
        byte[] answer = answer(Arrays.copyOf(packet.getData(), packet.getLength()), "udp", UDP_MAX);
        if (answer != null) {
          udp.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
        }
        packet.setLength(4096);
      }
    } catch (IOException closed) {
      // The end.
    }
  }

  private void overTcp() {
    try {
      while (true) {
        try (Socket socket = tcp.accept()) {
          DataInputStream in = new DataInputStream(socket.getInputStream());
          byte[] question = new byte[in.readUnsignedShort()];
          in.readFully(question);
          byte[] answer = answer(question, "tcp", 65535);
          DataOutputStream out = new DataOutputStream(socket.getOutputStream());
          out.writeShort(answer.length);
          out.write(answer);
          out.flush();
        }
      }
    } catch (IOException closed) {
      // The end.
    }
  }

  private byte[] answer(byte[] wire, String by, int bytesMax) throws IOException {
    Message question = new Message(wire);
    Record asks = question.getQuestion();
    asked.add(by + " " + Type.string(asks.getType()) + " " + asks.getName().toString(true));
    if (silent || asks.getType() == silentType) {
      return null;
    }
    Message answer = new Message(question.getHeader().getID());
    answer.getHeader().setFlag(Flags.QR);
    answer.addRecord(asks, Section.QUESTION);
    answer.getHeader().setRcode(rcode);
    Name owner = asks.getName();
    boolean known = false;
    for (int aliases = 0; owner != null && rcode == Rcode.NOERROR && aliases < 20; aliases++) {
      Name next = null;
      for (Record record : records) {
        if (record.getName().equals(owner)) {
          known = true;
          if (record.getType() == asks.getType()) {
            answer.addRecord(record, Section.ANSWER);
          } else if (record instanceof CNAMERecord alias) {
            answer.addRecord(record, Section.ANSWER);
            next = chases ? alias.getTarget() : null;
          }
        }
      }
      owner = next;
    }
    if (!known && rcode == Rcode.NOERROR) {
      answer.getHeader().setRcode(Rcode.NXDOMAIN);
    }
    byte[] whole = answer.toWire(bytesMax);
    return talksNonsense ? Arrays.copyOf(whole, whole.length - 3) : whole;
  }

  @Override
  public void close() throws IOException, InterruptedException {
    udp.close();
    tcp.close();
    for (Thread thread : threads) {
      thread.join(10_000);
    }
  }
}
