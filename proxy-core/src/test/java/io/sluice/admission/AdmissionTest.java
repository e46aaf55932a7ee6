package io.sluice.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.AddressList;
import io.sluice.config.AdmissionConfig;
import io.sluice.config.AdmissionConfig.Action;
import io.sluice.config.AdmissionConfig.SourceLimits;
import io.sluice.config.Rate;
import io.sluice.linux.SockAddr;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdmissionTest {
  private static final AddressList NOBODY = AddressList.EMPTY;
  private static final SourceLimits UNLIMITED = limits(Rate.UNLIMITED, 0, 10);

  private static SourceLimits limits(Rate rate, int connections, int tracked) {
    return new SourceLimits(rate, connections, tracked, 64, Action.CLOSE);
  }

  private static Admission admission(AddressList allow, AddressList deny, SourceLimits limits) {
    return Admission.of(config(allow, deny, limits), false);
  }

  private static AdmissionConfig config(AddressList allow, AddressList deny, SourceLimits limits) {
    return new AdmissionConfig(allow, deny, Action.TARPIT, limits, 1, Duration.ZERO, 0);
  }

  private static Verdict peer(Admission admission, String address) {
    return admission.checkPeer(Addresses.of(address), 0);
  }

  @Test
  void withoutRulesItIsTheNullObject() {
    assertThat(admission(NOBODY, NOBODY, UNLIMITED)).isSameAs(Admission.OPEN);
    assertThat(Admission.OPEN.checkPeer(SockAddr.UNNAMED, 0)).isSameAs(Verdict.ADMITTED);
    assertThat(Admission.OPEN.checkSource(SockAddr.UNNAMED, 0)).isSameAs(Verdict.ADMITTED);
  }

  @Test
  void denyBeatsAllow() {
    Admission admission =
        admission(Addresses.list("10.0.0.0/8"), Addresses.list("10.9.0.0/16"), UNLIMITED);

    assertThat(peer(admission, "10.1.1.1")).isSameAs(Verdict.ADMITTED);
    assertThat(peer(admission, "10.9.1.1").refusal()).isEqualTo(Refusal.LIST);
    assertThat(peer(admission, "10.9.1.1").action()).isEqualTo(Action.TARPIT);
    assertThat(peer(admission, "11.1.1.1").isRefused()).isTrue();
    assertThat(admission.checkPeer(SockAddr.UNNAMED, 0).isRefused()).isTrue();
  }

  @Test
  void withoutAnAllowListEverybodyElseIsLetIn() {
    Admission admission = admission(NOBODY, Addresses.list("10.0.0.0/8", "::/0"), UNLIMITED);

    assertThat(peer(admission, "11.1.1.1").isRefused()).isFalse();
    assertThat(peer(admission, "::1").isRefused()).isTrue();
    assertThat(admission.checkPeer(SockAddr.UNNAMED, 0).isRefused()).isFalse();
  }

  @Test
  void clientsOfUnixSocketsNeedTheirWordOnAnAllowList() {
    AddressList unix = new AddressList(List.of(), true);

    assertThat(admission(unix, NOBODY, UNLIMITED).checkPeer(SockAddr.UNNAMED, 0).isRefused())
        .isFalse();
    assertThat(admission(NOBODY, unix, UNLIMITED).checkPeer(SockAddr.UNNAMED, 0).isRefused())
        .isTrue();
  }

  @Test
  void connectionsOfASourceAreLimitedUntilTheyLeave() {
    Admission admission = admission(NOBODY, NOBODY, limits(Rate.UNLIMITED, 2, 10));

    Verdict first = peer(admission, "10.0.0.1");
    peer(admission, "10.0.0.1");
    assertThat(peer(admission, "10.0.0.1").refusal()).isEqualTo(Refusal.SOURCE_CONNECTIONS);
    assertThat(peer(admission, "10.0.0.1").action()).isEqualTo(Action.CLOSE);
    assertThat(peer(admission, "10.0.0.2").isRefused()).isFalse();
    first.leave();
    assertThat(peer(admission, "10.0.0.1").isRefused()).isFalse();
  }

  @Test
  void networksOfIpv6AreOneSourceAndAddressesOfIpv4AreNot() {
    Admission admission =
        admission(NOBODY, NOBODY, limits(new Rate(1, Duration.ofSeconds(1)), 0, 10));

    assertThat(peer(admission, "2001:db8::1").isRefused()).isFalse();
    assertThat(peer(admission, "2001:db8::ffff:0:0:2").refusal()).isEqualTo(Refusal.SOURCE_RATE);
    assertThat(peer(admission, "2001:db8:0:1::1").isRefused()).isFalse();
    assertThat(peer(admission, "10.0.0.1").isRefused()).isFalse();
    assertThat(peer(admission, "10.0.0.2").isRefused()).isFalse();
    assertThat(peer(admission, "10.0.0.2").isRefused()).isTrue();
  }

  @Test
  void clientsOfUnixSocketsAreNoSource() {
    Admission admission = admission(NOBODY, NOBODY, limits(Rate.UNLIMITED, 1, 10));

    for (int i = 0; i < 5; i++) {
      assertThat(admission.checkPeer(SockAddr.UNNAMED, 0)).isSameAs(Verdict.ADMITTED);
    }
  }

  @Test
  void fullTableOfActiveSourcesLetsOthersInUncounted() {
    Admission admission = admission(NOBODY, NOBODY, limits(Rate.UNLIMITED, 1, 1));

    Verdict only = peer(admission, "10.0.0.1");
    assertThat(peer(admission, "10.0.0.2")).isSameAs(Verdict.UNTRACKED);
    assertThat(peer(admission, "10.0.0.1").isRefused()).isTrue();
    only.leave();
    assertThat(peer(admission, "10.0.0.2").isRefused()).isFalse();
    assertThat(peer(admission, "10.0.0.2").isRefused()).isTrue();
  }

  @Test
  void whereTheSourceFollowsThePeerIsNotCounted() {
    AdmissionConfig config =
        config(
            Addresses.list("10.0.0.0/8"),
            Addresses.list("192.0.2.0/24"),
            limits(Rate.UNLIMITED, 1, 10));
    Admission admission = Admission.of(config, true);

    for (int i = 0; i < 5; i++) {
      assertThat(peer(admission, "10.0.0.1")).isSameAs(Verdict.ADMITTED);
    }
    assertThat(peer(admission, "203.0.113.1").isRefused()).as("not on allow").isTrue();
    // The source needs not to be on allow, which is about who connects; deny is about both.
    Verdict first = admission.checkSource(Addresses.of("203.0.113.1"), 0);
    assertThat(first.isRefused()).isFalse();
    assertThat(admission.checkSource(Addresses.of("203.0.113.1"), 0).refusal())
        .isEqualTo(Refusal.SOURCE_CONNECTIONS);
    assertThat(admission.checkSource(Addresses.of("192.0.2.1"), 0).refusal())
        .isEqualTo(Refusal.LIST);
    first.leave();
    assertThat(admission.checkSource(Addresses.of("203.0.113.1"), 0).isRefused()).isFalse();
  }
}
