package io.sluice.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The body of one ClientHello (RFC 8446, section 4.1.2). Every vector has to lie inside the one
 * around it, and what is not read has to be told by some length: nothing may be left over.
 */
final class ClientHelloBody {
  private static final int VERSION_AND_RANDOM_BYTES = 2 + 32;
  private static final int SESSION_ID_BYTES_MAX = 32;
  private static final int CIPHER_SUITE_BYTES = 2;
  private static final int EXTENSION_SERVER_NAME = 0;
  private static final int EXTENSION_ALPN = 16;
  private static final int NAME_TYPE_HOST = 0;
  private static final int NAME_BYTES_MAX = 255;
  private static final int MAX_8 = 0xFF;
  private static final int MAX_16 = 0xFFFF;

  private String detail;
  private String serverName;
  private List<String> alpn;

  /** What it says; null when it breaks a rule, see {@link #detail}. {@code body} is big-endian. */
  ClientHello read(ByteBuffer body) {
    if (body.remaining() < VERSION_AND_RANDOM_BYTES) {
      return wrong("a ClientHello of " + body.remaining() + " bytes");
    }
    body.position(body.position() + VERSION_AND_RANDOM_BYTES);
    if (vector(body, Byte.BYTES, 0, SESSION_ID_BYTES_MAX, "session id") == null) {
      return null;
    }
    ByteBuffer suites = vector(body, Short.BYTES, CIPHER_SUITE_BYTES, MAX_16, "cipher suites");
    if (suites == null) {
      return null;
    }
    if (suites.remaining() % CIPHER_SUITE_BYTES != 0) {
      return wrong("half a cipher suite");
    }
    if (vector(body, Byte.BYTES, 1, MAX_8, "compression methods") == null) {
      return null;
    }
    if (body.hasRemaining() && !readExtensions(body)) {
      return null;
    }
    return new ClientHello(serverName, alpn == null ? List.of() : alpn);
  }

  String detail() {
    return detail;
  }

  private ClientHello wrong(String what) {
    detail = what;
    return null;
  }

  private boolean refuse(String what) {
    detail = what;
    return false;
  }

  private boolean readExtensions(ByteBuffer body) {
    ByteBuffer extensions = vector(body, Short.BYTES, 0, MAX_16, "extensions");
    if (extensions == null) {
      return false;
    }
    if (body.hasRemaining()) {
      return refuse(body.remaining() + " bytes behind the extensions");
    }
    while (extensions.hasRemaining()) {
      if (extensions.remaining() < Short.BYTES) {
        return refuse("half a type of extension");
      }
      int type = extensions.getShort() & MAX_16;
      ByteBuffer data = vector(extensions, Short.BYTES, 0, MAX_16, "extension " + type);
      boolean read =
          data != null
              && switch (type) {
                case EXTENSION_SERVER_NAME -> readServerNames(data);
                case EXTENSION_ALPN -> readAlpn(data);
                default -> true;
              };
      if (!read) {
        return false;
      }
    }
    return true;
  }

  /** RFC 6066, section 3: at most one name of a type, and host names are the only type so far. */
  private boolean readServerNames(ByteBuffer data) {
    ByteBuffer names = only(data, "server names");
    if (names == null) {
      return false;
    }
    while (names.hasRemaining()) {
      int type = names.get() & MAX_8;
      ByteBuffer name = vector(names, Short.BYTES, 1, MAX_16, "server name");
      if (name == null) {
        return false;
      }
      if (type != NAME_TYPE_HOST) {
        continue;
      }
      // Were there two, whoever routes by one could be told another than who serves by one.
      if (serverName != null) {
        return refuse("a second server name");
      }
      if (!readHostName(name)) {
        return false;
      }
    }
    return true;
  }

  private boolean readHostName(ByteBuffer name) {
    if (name.remaining() > NAME_BYTES_MAX) {
      return refuse("a server name of " + name.remaining() + " bytes");
    }
    StringBuilder text = new StringBuilder(name.remaining());
    while (name.hasRemaining()) {
      int c = name.get() & MAX_8;
      if (c <= ' ' || c > '~') {
        return refuse("a server name with the byte 0x" + Integer.toHexString(c));
      }
      text.append((char) (c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c));
    }
    if (text.charAt(text.length() - 1) == '.') {
      text.setLength(text.length() - 1);
    }
    // Such a name is none, and with one dot less it may be another.
    if (("." + text + ".").contains("..")) {
      return refuse("a server name with an empty label");
    }
    serverName = text.toString();
    return true;
  }

  /** RFC 7301, section 3.1. */
  private boolean readAlpn(ByteBuffer data) {
    if (alpn != null) {
      return refuse("a second list of protocols");
    }
    ByteBuffer protocols = only(data, "protocols");
    if (protocols == null) {
      return false;
    }
    alpn = new ArrayList<>();
    while (protocols.hasRemaining()) {
      ByteBuffer protocol = vector(protocols, Byte.BYTES, 1, MAX_8, "protocol");
      if (protocol == null) {
        return false;
      }
      alpn.add(StandardCharsets.ISO_8859_1.decode(protocol).toString());
    }
    return true;
  }

  /** The list that fills the data of an extension, and is not empty; null when it breaks a rule. */
  private ByteBuffer only(ByteBuffer data, String what) {
    ByteBuffer list = vector(data, Short.BYTES, 1, MAX_16, what);
    if (list != null && data.hasRemaining()) {
      refuse(data.remaining() + " bytes behind the " + what);
      return null;
    }
    return list;
  }

  /**
   * Takes a vector from the front of {@code bytes}: its length in {@code lengthBytes}, then that
   * many bytes.
   *
   * @return null when it is cut off, or not of {@code min} to {@code max} bytes
   */
  private ByteBuffer vector(ByteBuffer bytes, int lengthBytes, int min, int max, String what) {
    if (bytes.remaining() < lengthBytes) {
      refuse(what + " without a length");
      return null;
    }
    int length = lengthBytes == Byte.BYTES ? bytes.get() & MAX_8 : bytes.getShort() & MAX_16;
    if (length > bytes.remaining()) {
      refuse(what + " of " + length + " bytes where " + bytes.remaining() + " are left");
      return null;
    }
    if (length < min || length > max) {
      refuse(what + " of " + length + " bytes");
      return null;
    }
    ByteBuffer vector = bytes.slice(bytes.position(), length);
    bytes.position(bytes.position() + length);
    return vector;
  }
}
