package io.sluice.wire;

import io.sluice.linux.SockAddr;
import io.sluice.wire.ProxyHeaderReader.Result;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Version 1 of the PROXY header: one line of text (proxy-protocol.txt, section 2.1).
 *
 * <pre>
 *   PROXY TCP4 SOURCE DESTINATION SOURCE-PORT DESTINATION-PORT CR LF
 *   PROXY UNKNOWN [anything] CR LF
 * </pre>
 *
 * <p>Taken byte by byte, so that a wrong byte is found where it stands: one space between the
 * fields, decimals without leading zeros, and no CR or LF alone.
 */
final class ProxyLine {
  static final byte[] SIGNATURE = ascii("PROXY ");

  /** With CR and LF. */
  private static final int BYTES_MAX = 107;

  private static final byte[] SHORTEST = ascii("PROXY UNKNOWN\r\n");
  private static final byte[] TCP = ascii("TCP");
  private static final byte[] UNKNOWN = ascii("UNKNOWN");
  private static final int PORT_MAX = 0xFFFF;
  private static final int CR = '\r';
  private static final int LF = '\n';

  private enum Field {
    PROTOCOL("the protocol"),
    SOURCE("the source address"),
    DESTINATION("the destination address"),
    SOURCE_PORT("the source port"),
    DESTINATION_PORT("the destination port"),
    IGNORED("the part to be ignored"),
    LINE_FEED("the end of the line"),
    END("the end");

    private final String text;

    Field(String text) {
      this.text = text;
    }
  }

  private final Ip4Text source4 = new Ip4Text();
  private final Ip4Text destination4 = new Ip4Text();
  private final Ip6Text source6 = new Ip6Text();
  private final Ip6Text destination6 = new Ip6Text();
  private final DecimalText sourcePort = new DecimalText(PORT_MAX);
  private final DecimalText destinationPort = new DecimalText(PORT_MAX);

  private Field field;
  private int protocolBytes;

  /** The protocol's word as its first byte tells it. */
  private byte[] word;

  /** Those of the family that the protocol names; null for UNKNOWN. */
  private IpText source;

  private IpText destination;

  /** {@code soFar} begins with {@link #SIGNATURE}. */
  Result read(ByteBuffer soFar, ProxyHeaderReader reader) {
    source = null;
    destination = null;
    field = Field.PROTOCOL;
    protocolBytes = 0;
    int start = soFar.position();
    int length = Math.min(soFar.remaining(), BYTES_MAX);
    for (int i = SIGNATURE.length; i < length; i++) {
      int c = soFar.get(start + i) & 0xFF;
      Field reading = field;
      if (!accept(c)) {
        return reader.invalid(
            "0x" + Integer.toHexString(c) + " as byte " + (i + 1) + ", in " + reading.text);
      }
      if (field == Field.END) {
        return reader.done(found(i + 1));
      }
    }
    if (length == BYTES_MAX) {
      return reader.invalid("a line longer than " + BYTES_MAX + " bytes");
    }
    return reader.more(Math.max(length + 1, SHORTEST.length));
  }

  /** Takes the next byte; false where no header goes on like that. */
  private boolean accept(int c) {
    return switch (field) {
      case PROTOCOL -> acceptProtocol(c);
      case SOURCE -> acceptAddress(c, source, Field.DESTINATION);
      case DESTINATION -> acceptAddress(c, destination, Field.SOURCE_PORT);
      case SOURCE_PORT -> acceptPort(c, sourcePort, ' ', Field.DESTINATION_PORT);
      case DESTINATION_PORT -> acceptPort(c, destinationPort, CR, Field.LINE_FEED);
      case IGNORED -> acceptIgnored(c);
      case LINE_FEED -> c == LF && become(Field.END);
      case END -> false;
    };
  }

  private boolean become(Field next) {
    field = next;
    return true;
  }

  private boolean acceptProtocol(int c) {
    int at = protocolBytes++;
    if (at == 0) {
      word = c == TCP[0] ? TCP : UNKNOWN;
    }
    if (at < word.length) {
      return c == word[at];
    }
    if (word == UNKNOWN) {
      return (c == ' ' && become(Field.IGNORED)) || (c == CR && become(Field.LINE_FEED));
    }
    if (at == word.length) {
      begin(c == '4');
      return c == '4' || c == '6';
    }
    return c == ' ' && become(Field.SOURCE);
  }

  private void begin(boolean ipv4) {
    source = ipv4 ? source4 : source6;
    destination = ipv4 ? destination4 : destination6;
    source.clear();
    destination.clear();
    sourcePort.clear();
    destinationPort.clear();
  }

  private boolean acceptAddress(int c, IpText address, Field after) {
    return c == ' ' ? address.isComplete() && become(after) : address.accept(c);
  }

  private boolean acceptPort(int c, DecimalText port, int end, Field after) {
    return c == end ? port.isComplete() && become(after) : port.accept(c);
  }

  private boolean acceptIgnored(int c) {
    return c == CR ? become(Field.LINE_FEED) : c != LF;
  }

  private ProxiedConnection found(int headerBytes) {
    if (source == null) {
      return ProxiedConnection.unaddressed(false, List.of(), headerBytes);
    }
    SockAddr from = inet(source, sourcePort);
    SockAddr to = inet(destination, destinationPort);
    return new ProxiedConnection(from, to, false, List.of(), headerBytes);
  }

  private static SockAddr inet(IpText address, DecimalText port) {
    try {
      return SockAddr.inet(InetAddress.getByAddress(address.address()), port.value());
    } catch (UnknownHostException e) {
      throw new AssertionError("four and sixteen bytes are addresses", e);
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
