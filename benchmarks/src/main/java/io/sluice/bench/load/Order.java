package io.sluice.bench.load;

import java.nio.ByteBuffer;

/**
 * What a client wants from the server: the first eight bytes of every connection.
 *
 * @param kind what the server shall do
 * @param size the length of a message in bytes, where there are messages
 */
record Order(Kind kind, int size) {

  static final int BYTES = 8;

  /** The code goes over the wire. */
  enum Kind {
    /** Send without end. */
    SEND('s'),
    /** Receive without end. */
    RECEIVE('r'),
    /** Send and receive without end. */
    BOTH('b'),
    /** Answer every message with one of the same size; the first follows this order. */
    ECHO('e'),
    /** Answer one message and leave closing to the client; the message begins with this order. */
    ANSWER('a'),
    /** Answer one message and close; the message begins with this order. */
    ANSWER_AND_CLOSE('c');

    private final char code;

    Kind(char code) {
      this.code = code;
    }

    private static Kind of(int code) {
      for (Kind kind : values()) {
        if (kind.code == code) {
          return kind;
        }
      }
      throw new IllegalArgumentException("no order has the code " + code);
    }
  }

  void putInto(ByteBuffer buffer) {
    buffer.putInt(kind.code).putInt(size);
  }

  static Order fromBits(long bits) {
    return new Order(Kind.of((int) (bits >>> 32)), (int) bits);
  }
}
