package io.sluice.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import jnr.ffi.Runtime;
import jnr.ffi.Struct;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;

@EnabledOnOs(value = OS.LINUX, disabledReason = "SCM_RIGHTS as Linux lays it out")
@ExtendWith(OpenDescriptors.class)
class RightsMessageTest {

  /** As sys/socket.h has it; jnr-ffi knows the alignment rules of this machine. */
  private static final class MsgHdr extends Struct {
    final Pointer name = new Pointer();
    final u_int32_t nameLength = new u_int32_t();
    final Pointer iov = new Pointer();
    final size_t iovLength = new size_t();
    final Pointer control = new Pointer();
    final size_t controlLength = new size_t();
    final Signed32 flags = new Signed32();

    MsgHdr(Runtime runtime) {
      super(runtime);
    }
  }

  private static final class IoVec extends Struct {
    final Pointer base = new Pointer();
    final size_t length = new size_t();

    IoVec(Runtime runtime) {
      super(runtime);
    }
  }

  private static final class CmsgHdr extends Struct {
    final size_t length = new size_t();
    final Signed32 level = new Signed32();
    final Signed32 type = new Signed32();

    CmsgHdr(Runtime runtime) {
      super(runtime);
    }
  }

  private Syscalls sys;

  @BeforeEach
  void open() throws IOException {
    sys = LinuxSyscalls.open();
  }

  @Test
  void layoutIsThatOfTheHeaders() {
    Runtime runtime = Runtime.getSystemRuntime();
    MsgHdr message = new MsgHdr(runtime);
    assertThat(message.name.offset()).isEqualTo(RightsMessage.MSG_NAME);
    assertThat(message.nameLength.offset()).isEqualTo(RightsMessage.MSG_NAMELEN);
    assertThat(message.iov.offset()).isEqualTo(RightsMessage.MSG_IOV);
    assertThat(message.iovLength.offset()).isEqualTo(RightsMessage.MSG_IOVLEN);
    assertThat(message.control.offset()).isEqualTo(RightsMessage.MSG_CONTROL);
    assertThat(message.controlLength.offset()).isEqualTo(RightsMessage.MSG_CONTROLLEN);
    assertThat(message.flags.offset()).isEqualTo(RightsMessage.MSG_FLAGS);
    // jnr-ffi leaves out the padding at the end, which C adds up to the alignment.
    assertThat(Struct.size(message) + Integer.BYTES).isEqualTo(RightsMessage.MSGHDR_BYTES);

    IoVec vector = new IoVec(runtime);
    assertThat(vector.base.offset()).isEqualTo(RightsMessage.IOV_BASE);
    assertThat(vector.length.offset()).isEqualTo(RightsMessage.IOV_LEN);
    assertThat(Struct.size(vector)).isEqualTo(RightsMessage.IOVEC_BYTES);

    CmsgHdr control = new CmsgHdr(runtime);
    assertThat(control.length.offset()).isEqualTo(RightsMessage.CMSG_LEN);
    assertThat(control.level.offset()).isEqualTo(RightsMessage.CMSG_LEVEL);
    assertThat(control.type.offset()).isEqualTo(RightsMessage.CMSG_TYPE);
    assertThat(Struct.size(control)).isEqualTo(RightsMessage.CMSG_DATA);
  }

  @Test
  void theReceiverGetsADescriptorOfTheSameOpenFile() throws IOException {
    SockAddr address = SockAddr.unixAbstract("sluice-rights-" + System.nanoTime());
    try (Fd receiver = datagramSocket();
        Fd sender = datagramSocket();
        EventFd passed = EventFd.create(sys)) {
      NativeMemory name = NativeMemory.allocate(SockAddr.MAX_LENGTH);
      int length = address.encode(name.buffer());
      assertThat(sys.bind(receiver.raw(), name.address(), length)).isZero();

      long sent = RightsMessage.send(sys, sender.raw(), address, "FDSTORE=1", passed.raw());

      assertThat(sent).isEqualTo(9);
      try (Fd received = new Fd(sys, receive(receiver, "FDSTORE=1"))) {
        assertThat(received.raw()).isNotEqualTo(passed.raw());
        // What is written to the one is read from the other.
        NativeMemory count = NativeMemory.allocate(Long.BYTES);
        count.buffer().putLong(0, 77);
        assertThat(sys.write(passed.raw(), count.address(), Long.BYTES)).isEqualTo(8);
        count.buffer().putLong(0, 0);
        assertThat(sys.read(received.raw(), count.address(), Long.BYTES)).isEqualTo(8);
        assertThat(count.buffer().getLong(0)).isEqualTo(77);
      }
    }
  }

  @Test
  void nobodyThereIsAnError() throws IOException {
    SockAddr nobody = SockAddr.unixAbstract("sluice-nobody-" + System.nanoTime());
    try (Fd sender = datagramSocket()) {
      assertThat(RightsMessage.send(sys, sender.raw(), nobody, "x", sender.raw()))
          .isEqualTo(-Errno.ECONNREFUSED);
    }
  }

  private Fd datagramSocket() throws IOException {
    int type = Linux.SOCK_DGRAM | Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC;
    return new Fd(sys, ErrnoException.check("socket", sys.socket(Linux.AF_UNIX, type, 0), ""));
  }

  /** The descriptor that comes with {@code text}. */
  private int receive(Fd socket, String text) {
    NativeMemory payload = NativeMemory.allocate(64);
    NativeMemory control = NativeMemory.allocate(RightsMessage.CONTROL_BYTES);
    NativeMemory vector = NativeMemory.allocate(RightsMessage.IOVEC_BYTES);
    vector
        .buffer()
        .putLong(RightsMessage.IOV_BASE, payload.address())
        .putLong(RightsMessage.IOV_LEN, payload.bytes());
    NativeMemory header = NativeMemory.allocate(RightsMessage.MSGHDR_BYTES);
    header
        .buffer()
        .putLong(RightsMessage.MSG_IOV, vector.address())
        .putLong(RightsMessage.MSG_IOVLEN, 1)
        .putLong(RightsMessage.MSG_CONTROL, control.address())
        .putLong(RightsMessage.MSG_CONTROLLEN, control.bytes());

    long read = sys.recvmsg(socket.raw(), header.address(), Linux.MSG_CMSG_CLOEXEC);

    assertThat(read).isEqualTo(text.length());
    byte[] bytes = new byte[text.length()];
    payload.buffer().get(0, bytes);
    assertThat(new String(bytes, StandardCharsets.UTF_8)).isEqualTo(text);
    assertThat(header.buffer().getInt(RightsMessage.MSG_FLAGS) & Linux.MSG_CTRUNC).isZero();
    assertThat(control.buffer().getInt(RightsMessage.CMSG_LEVEL)).isEqualTo(Linux.SOL_SOCKET);
    assertThat(control.buffer().getInt(RightsMessage.CMSG_TYPE)).isEqualTo(Linux.SCM_RIGHTS);
    return control.buffer().getInt(RightsMessage.CMSG_DATA);
  }
}
