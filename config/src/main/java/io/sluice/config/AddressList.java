package io.sluice.config;

import java.util.List;

/**
 * Addresses of clients.
 *
 * @param blocks IP addresses, in the order of the file; they may overlap
 * @param unix whether clients of UNIX sockets, which have no address, are on the list too
 */
public record AddressList(List<Cidr> blocks, boolean unix) {

  /** Nobody. */
  public static final AddressList EMPTY = new AddressList(List.of(), false);

  public AddressList {
    blocks = List.copyOf(blocks);
  }

  /** Whether nobody is on it. */
  public boolean isEmpty() {
    return blocks.isEmpty() && !unix;
  }

  /** Not the addresses themselves, which may be a hundred thousand. */
  @Override
  public String toString() {
    return blocks.size() + " blocks" + (unix ? " and unix" : "");
  }
}
