package io.sluice.bench.load;

/** Which way bulk bytes go, seen from the client. */
public enum Direction {
  UP(Order.Kind.RECEIVE),
  DOWN(Order.Kind.SEND),
  BOTH(Order.Kind.BOTH);

  private final Order.Kind kind;

  Direction(Order.Kind kind) {
    this.kind = kind;
  }

  Order order() {
    return new Order(kind, 0);
  }
}
