package io.sluice.admission;

import io.sluice.config.AdmissionConfig;
import io.sluice.linux.SockAddr;

/** Admission by lists and by limits for each source. Immutable but for its table of sources. */
final class Guard implements Admission {
  private final AddressSet allow;
  private final AddressSet deny;
  private final Verdict listed;
  private final SourceGate sources;
  private final boolean sourceFollows;

  private Guard(AdmissionConfig config, SourceGate sources, boolean sourceFollows) {
    allow = AddressSet.of(config.allow());
    deny = AddressSet.of(config.deny());
    listed = new Verdict(Refusal.LIST, config.denyAction());
    this.sources = sources;
    this.sourceFollows = sourceFollows;
  }

  static Guard of(AdmissionConfig config, boolean sourceFollows) {
    return new Guard(config, SourceGate.of(config.sources()), sourceFollows);
  }

  @Override
  public Admission next(AdmissionConfig config, boolean follows) {
    return config.isOpen() ? OPEN : new Guard(config, sources.next(config.sources()), follows);
  }

  @Override
  public Verdict checkPeer(SockAddr peer, long nowNs) {
    if (deny.contains(peer) || !(allow.isEmpty() || allow.contains(peer))) {
      return listed;
    }
    return sourceFollows ? Verdict.ADMITTED : sources.enter(peer, nowNs);
  }

  @Override
  public Verdict checkSource(SockAddr source, long nowNs) {
    return deny.contains(source) ? listed : sources.enter(source, nowNs);
  }
}
