package io.sluice.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.AddressList;
import io.sluice.config.Cidr;
import io.sluice.linux.SockAddr;
import java.math.BigInteger;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class AddressSetTest {

  private static AddressSet set(String... blocks) {
    return AddressSet.of(Addresses.list(blocks));
  }

  private static boolean contains(AddressSet set, String address) {
    return set.contains(Addresses.of(address));
  }

  @Test
  void blocksReachFromTheirFirstToTheirLastAddress() {
    AddressSet set = set("10.1.0.0/16", "192.0.2.7", "2001:db8::/33");

    assertThat(contains(set, "10.0.255.255")).isFalse();
    assertThat(contains(set, "10.1.0.0")).isTrue();
    assertThat(contains(set, "10.1.255.255")).isTrue();
    assertThat(contains(set, "10.2.0.0")).isFalse();
    assertThat(contains(set, "192.0.2.6")).isFalse();
    assertThat(contains(set, "192.0.2.7")).isTrue();
    assertThat(contains(set, "192.0.2.8")).isFalse();
    assertThat(contains(set, "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff")).isFalse();
    assertThat(contains(set, "2001:db8::")).isTrue();
    assertThat(contains(set, "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff")).isTrue();
    assertThat(contains(set, "2001:db8:8000::")).isFalse();
  }

  @Test
  void bothEndsOfBothFamiliesCanBeInIt() {
    AddressSet all = set("0.0.0.0/0", "::/0");
    AddressSet ends =
        set("0.0.0.0", "255.255.255.255", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");

    for (String end : new String[] {"0.0.0.0", "255.255.255.255", "::", "127.0.0.1", "8000::"}) {
      assertThat(contains(all, end)).as(end).isTrue();
    }
    assertThat(contains(ends, "255.255.255.255")).isTrue();
    assertThat(contains(ends, "255.255.255.254")).isFalse();
    assertThat(contains(ends, "::1")).isFalse();
    assertThat(contains(ends, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")).isTrue();
  }

  @Test
  void mappedAddressesAreIpv4() throws Exception {
    AddressSet set = set("::ffff:10.0.0.0/104", "192.0.2.0/24");
    byte[] mapped = new byte[16];
    mapped[10] = mapped[11] = (byte) 0xFF;
    mapped[12] = 10;
    SockAddr seenByV6Listener = SockAddr.inet(Inet6Address.getByAddress(null, mapped, -1), 1);

    assertThat(contains(set, "10.1.2.3")).isTrue();
    assertThat(set.contains(seenByV6Listener)).isTrue();
    assertThat(contains(set("::/0"), "10.1.2.3")).isFalse();
    assertThat(contains(set("0.0.0.0/0"), "::1")).isFalse();
  }

  @Test
  void clientsOfUnixSocketsAreInItOnlyByTheirWord() {
    assertThat(set("0.0.0.0/0", "::/0").contains(SockAddr.UNNAMED)).isFalse();
    AddressSet unix = AddressSet.of(new AddressList(List.of(), true));
    assertThat(unix.contains(SockAddr.UNNAMED)).isTrue();
    assertThat(unix.contains(SockAddr.unixPath("/a"))).isTrue();
    assertThat(unix.contains(Addresses.of("127.0.0.1"))).isFalse();
    assertThat(unix.isEmpty()).isFalse();
    assertThat(AddressSet.EMPTY.isEmpty()).isTrue();
  }

  @Test
  void blocksThatOverlapOrTouchBecomeOneRange() {
    assertThat(set("10.0.0.0/9", "10.128.0.0/9", "10.3.0.0/16", "11.0.0.0/8").ranges()).isOne();
    assertThat(set("10.0.0.0/8", "12.0.0.0/8").ranges()).isEqualTo(2);
    assertThat(set("::/1", "8000::/1", "ffff::/16").ranges()).isOne();
    assertThat(set("2001:db8::ffff:ffff:ffff:ffff", "2001:db8:0:1::").ranges()).isOne();
  }

  @Test
  void everyAnswerIsThatOfALookThroughTheWholeList() throws Exception {
    long seed = System.nanoTime();
    LoggerFactory.getLogger(AddressSetTest.class).info("seed {}", seed);
    var random = new Random(seed);
    for (int round = 0; round < 50; round++) {
      List<Cidr> blocks = new ArrayList<>();
      for (int i = random.nextInt(40); i >= 0; i--) {
        blocks.add(block(random));
      }
      AddressSet set = AddressSet.of(new AddressList(blocks, false));
      for (int i = 0; i < 400; i++) {
        Cidr probe = i % 2 == 0 ? blocks.get(random.nextInt(blocks.size())) : block(random);
        SockAddr address = near(probe, random.nextInt(3) - 1);
        boolean listed = blocks.stream().anyMatch(block -> holds(block, address));
        assertThat(set.contains(address))
            .as("%s in %s, seed %d", address, blocks, seed)
            .isEqualTo(listed);
      }
    }
  }

  /** Few bits differ, so that many blocks overlap. */
  private static Cidr block(Random random) {
    boolean v4 = random.nextBoolean();
    int prefix = v4 ? 96 + random.nextInt(33) : random.nextInt(129);
    long high = v4 ? 0 : random.nextLong() & 0xC000_0000_0000_0003L;
    long low =
        v4
            ? 0xFFFF_0000_0000L | (random.nextInt() & 0xC000_0003L)
            : random.nextLong() & 0xC000_0000_0000_0003L;
    return new Cidr(high & Cidr.highMask(prefix), low & Cidr.lowMask(prefix), prefix);
  }

  /** The first address of a block, the one before or the one behind its last. */
  private static SockAddr near(Cidr block, int where) throws Exception {
    BigInteger first = number(block.high(), block.low());
    BigInteger size = BigInteger.ONE.shiftLeft(128 - block.prefix());
    BigInteger address =
        switch (where) {
          case -1 -> first.subtract(BigInteger.ONE);
          case 0 -> first;
          default -> first.add(size);
        };
    ByteBuffer bytes =
        ByteBuffer.allocate(16)
            .putLong(address.shiftRight(64).longValue())
            .putLong(address.longValue());
    return SockAddr.inet(InetAddress.getByAddress(bytes.array()), 1);
  }

  private static boolean holds(Cidr block, SockAddr address) {
    boolean v4 = address.addressHigh() == 0 && address.addressLow() >>> 32 == 0xFFFF;
    return block.isV4() == v4
        && (address.addressHigh() & Cidr.highMask(block.prefix())) == block.high()
        && (address.addressLow() & Cidr.lowMask(block.prefix())) == block.low();
  }

  private static BigInteger number(long high, long low) {
    return new BigInteger(1, ByteBuffer.allocate(16).putLong(high).putLong(low).array());
  }

  @Test
  void aHundredThousandBlocksAreSearchedQuickly() {
    List<Cidr> blocks = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) { // Every other address, so that none touch.
      blocks.add(new Cidr(0, 0xFFFF_0A00_0000L + 2L * i, 128));
      blocks.add(new Cidr(0x2001_0db8_0000_0000L + 2L * i, 0, 64));
    }
    AddressSet set = AddressSet.of(new AddressList(blocks, false));

    assertThat(set.ranges()).isEqualTo(200_000);
    assertThat(contains(set, "10.3.13.62")).isTrue();
    assertThat(contains(set, "10.3.13.63")).isFalse();
    assertThat(contains(set, "10.3.13.64")).isFalse();
    assertThat(contains(set, "2001:db8:3:d3e::1")).isTrue();
    assertThat(contains(set, "2001:db8:3:d3f::1")).isFalse();
    assertThat(contains(set, "2001:db8:0:3e::1")).isTrue();
    assertThat(contains(set, "2001:db8:0:3f::1")).isFalse();
  }
}
