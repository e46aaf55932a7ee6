package io.sluice.mirror.capture;

import io.sluice.transport.Backlog;
import io.sluice.transport.OutputFile;
import io.sluice.transport.Transport;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A capture that the sessions of one mirror share, in the pcapng format (draft-ietf-opsawg-pcapng):
 * link type RAW, times in nanoseconds.
 *
 * <p>Invariant: between two packets the file is whole; a packet that could not be written is cut
 * off again. Rotation is logrotate(8)'s: the file that is being written always has the plain name,
 * at {@code rotate-size} it becomes {@code NAME.1}, what was that becomes {@code NAME.2}, and what
 * was {@code NAME.keep} is removed, so that there are never more than {@code keep} old ones. A file
 * that an earlier process left behind is rotated away, not overwritten. Every file begins with its
 * own headers; sessions simply go on in the next.
 *
 * <p>The file is made with its first packet. A template with {@code {date}} or {@code {time}} is
 * filled in for each new file; names that differ are numbered apart, and old days are not removed.
 *
 * <p>The writer's thread, but for the constructor.
 */
public final class PcapngFile implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(PcapngFile.class);

  private static final int COMMENT_BYTES_MAX = 1024;
  private static final byte[] NO_COMMENT = {};

  private final Transport transport;
  private final String mirror;
  private final CapturePath path;
  private final long rotateBytes;
  private final int keep;
  private final InstantSource wall;
  private final ByteBuffer block = ByteBuffer.allocate(4096).order(PcapngBlocks.ORDER);

  private OutputFile current;
  private long headBytes;
  private int unixSessions;

  /**
   * A capture without a file yet.
   *
   * @param writer the one that all its sinks use; closes it at its own end
   * @param mirror the mirror's name, which the capture's interface gets
   * @param rotateBytes the most that a file may hold; 0 for no limit
   * @param keep how many old files stay, at least 1
   */
  public PcapngFile(
      CaptureWriter writer,
      Transport transport,
      String mirror,
      CapturePath path,
      long rotateBytes,
      int keep,
      InstantSource wall) {
    if (rotateBytes < 0 || keep < 1) {
      throw new IllegalArgumentException("rotate-size " + rotateBytes + ", keep " + keep);
    }
    this.transport = transport;
    this.mirror = mirror;
    this.path = path;
    this.rotateBytes = rotateBytes;
    this.keep = keep;
    this.wall = wall;
    writer.closeAtEnd(this);
  }

  /** A number for a session over UNIX sockets, whose addresses have to be made up. */
  int nextUnixSession() {
    return unixSessions++;
  }

  /**
   * Writes one packet.
   *
   * @param headers IP and TCP header; position to limit
   * @param payload where the next {@code payloadBytes} bytes are taken from; unused if there are 0
   * @param comment for whoever looks at the packet; may be empty
   * @throws IOException when it could not be written; nothing of it is in the file then, but bytes
   *     may be missing from {@code payload}
   */
  void packet(long wallNs, ByteBuffer headers, Backlog payload, int payloadBytes, String comment)
      throws IOException {
    int captured = headers.remaining() + payloadBytes;
    byte[] remark = encoded(comment);
    makeRoom(PcapngBlocks.packetBytes(captured, remark));
    long start = current.position();
    try {
      block.clear();
      PcapngBlocks.putPacketHead(block, wallNs, captured, remark);
      write(block.put(headers));
      if (payloadBytes > 0) {
        payload.writeTo(current, payloadBytes);
      }
      block.clear();
      PcapngBlocks.putPacketTail(block, captured, remark);
      write(block);
    } catch (IOException e) {
      cutBack(start);
      throw e;
    }
  }

  private void write(ByteBuffer filled) throws IOException {
    current.write(filled.flip());
  }

  private void makeRoom(long bytes) throws IOException {
    boolean full =
        rotateBytes > 0
            && current != null
            && current.position() > headBytes
            && current.position() + bytes > rotateBytes;
    if (full) {
      close();
    }
    if (current == null) {
      open();
    }
    if (current.position() == 0) {
      writeHead();
    }
  }

  private void open() throws IOException {
    String below = path.below(mirror, wall.millis());
    try {
      current = transport.createFile(path.base(), below);
    } catch (FileAlreadyExistsException e) {
      transport.rotateFile(path.base(), below, keep);
      current = transport.createFile(path.base(), below);
    }
  }

  /**
   * A file that has no room even for this stays open and is tried again: a new one each time would
   * rotate the good old ones away while the disk is full.
   */
  private void writeHead() throws IOException {
    try {
      block.clear();
      PcapngBlocks.putFileHead(block, mirror);
      write(block);
      headBytes = current.position();
    } catch (IOException e) {
      cutBack(0);
      throw e;
    }
  }

  private void cutBack(long length) {
    try {
      current.truncate(length);
    } catch (IOException e) {
      // What follows could not be read behind half a block, so it goes into another file.
      LOG.warn("capture of mirror {} ends with half a packet: {}", mirror, e.getMessage());
      closeQuietly();
    }
  }

  private void closeQuietly() {
    try {
      close();
    } catch (IOException e) {
      LOG.warn("capture of mirror {}: {}", mirror, e.getMessage());
    }
  }

  /** Closes the file; the next packet would make a new one. */
  @Override
  public void close() throws IOException {
    OutputFile closing = current;
    current = null;
    if (closing != null) {
      closing.close();
    }
  }

  private static byte[] encoded(String comment) {
    if (comment.isEmpty()) {
      return NO_COMMENT;
    }
    String cut = comment.length() > COMMENT_BYTES_MAX / 4 ? comment.substring(0, 256) : comment;
    return cut.getBytes(StandardCharsets.UTF_8);
  }
}
