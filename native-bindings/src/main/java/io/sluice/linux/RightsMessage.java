package io.sluice.linux;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A datagram to a UNIX socket that carries an open descriptor: sendmsg(2) with SCM_RIGHTS, unix(7).
 * The receiver gets a descriptor of its own for the same open file; ours stays as it is.
 *
 * <p>The one place that knows struct msghdr, struct iovec and struct cmsghdr, as they are on every
 * 64-bit Linux: sizes are 8 bytes, ancillary data is aligned to 8 (cmsg(3)).
 */
public final class RightsMessage {
  static final int IOV_BASE = 0;
  static final int IOV_LEN = 8;
  static final int IOVEC_BYTES = 16;

  static final int MSG_NAME = 0;
  static final int MSG_NAMELEN = 8;
  static final int MSG_IOV = 16;
  static final int MSG_IOVLEN = 24;
  static final int MSG_CONTROL = 32;
  static final int MSG_CONTROLLEN = 40;
  static final int MSG_FLAGS = 48;
  static final int MSGHDR_BYTES = 56;

  static final int CMSG_LEN = 0;
  static final int CMSG_LEVEL = 8;
  static final int CMSG_TYPE = 12;
  static final int CMSG_DATA = 16;

  /** CMSG_SPACE(sizeof(int)). */
  static final int CONTROL_BYTES = CMSG_DATA + 8;

  private RightsMessage() {}

  /**
   * Sends {@code text} and {@code descriptor} in one datagram.
   *
   * @param socket a datagram socket of the UNIX family
   * @param to where to; must be a UNIX address
   * @return the bytes sent, or {@code -errno}; EAGAIN when the socket does not block and the
   *     receiver's queue is full
   */
  public static long send(Syscalls sys, int socket, SockAddr to, String text, int descriptor) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    NativeMemory payload = NativeMemory.allocate(Math.max(1, bytes.length));
    payload.buffer().put(0, bytes);
    NativeMemory name = NativeMemory.allocate(SockAddr.MAX_LENGTH);
    int nameLength = to.encode(name.buffer());
    NativeMemory control = NativeMemory.allocate(CONTROL_BYTES);
    control
        .buffer()
        .putLong(CMSG_LEN, CMSG_DATA + Integer.BYTES)
        .putInt(CMSG_LEVEL, Linux.SOL_SOCKET)
        .putInt(CMSG_TYPE, Linux.SCM_RIGHTS)
        .putInt(CMSG_DATA, descriptor);
    NativeMemory iovec = NativeMemory.allocate(IOVEC_BYTES);
    iovec.buffer().putLong(IOV_BASE, payload.address()).putLong(IOV_LEN, bytes.length);
    NativeMemory header = NativeMemory.allocate(MSGHDR_BYTES);
    ByteBuffer fields = header.buffer();
    fields.putLong(MSG_NAME, name.address()).putInt(MSG_NAMELEN, nameLength);
    fields.putLong(MSG_IOV, iovec.address()).putLong(MSG_IOVLEN, 1);
    fields.putLong(MSG_CONTROL, control.address()).putLong(MSG_CONTROLLEN, CONTROL_BYTES);
    try {
      return sys.sendmsg(socket, header.address(), Linux.MSG_NOSIGNAL);
    } finally {
      // The kernel knows these by address only: without this they could be collected before.
      for (NativeMemory part : new NativeMemory[] {payload, name, control, iovec, header}) {
        Reference.reachabilityFence(part);
      }
    }
  }
}
