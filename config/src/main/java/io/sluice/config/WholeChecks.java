package io.sluice.config;

import io.sluice.config.AdmissionConfig.Action;
import io.sluice.config.AdmissionConfig.SourceLimits;
import io.sluice.config.PumpConfig.Mode;
import io.sluice.config.SluiceConfig.TransportChoice;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Holds the parts of a configuration against each other: names, addresses, limits, time-outs. */
final class WholeChecks {

  /** One listening address of a frontend with its place in the file. */
  record Bind(String frontend, Address address, boolean v6only, Place place) {}

  private final SluiceConfig config;
  private final ConfigSection sluice;
  private final Findings findings;

  WholeChecks(SluiceConfig config, ConfigSection sluice) {
    this.config = config;
    this.sluice = sluice;
    this.findings = sluice.findings();
  }

  void run(List<ConfigSection> frontends, List<ConfigSection> backends, List<Bind> binds) {
    checkTransport();
    if (frontends.isEmpty() && !sluice.section("frontends").isBroken()) {
      findings.error(findings.missing("sluice.frontends"), "at least one frontend is needed");
    }
    frontends.forEach(this::checkFrontend);
    checkBackends(backends);
    if (!config.exitIdleTime().isZero()) {
      checkReturn(binds);
    }
    for (int i = 0; i < binds.size(); i++) {
      checkBind(binds.get(i), binds.subList(0, i));
    }
  }

  private void checkTransport() {
    if (config.transport() == TransportChoice.NIO && config.pump().mode() == Mode.SPLICE) {
      findings.warning(
          sluice.section("pump").place("mode"),
          "has no effect: transport nio cannot splice, it copies",
          "");
    }
  }

  /** Who ends when it is idle needs somebody who starts it again. */
  private void checkReturn(List<Bind> binds) {
    for (Bind bind : binds) {
      if (!(bind.address() instanceof Address.Systemd)) {
        findings.warning(
            sluice.place("exit-idle-time"),
            "after the exit nobody accepts at " + bind.address(),
            "let systemd listen and start the service again: bind = \"systemd:NAME\"");
        return;
      }
    }
  }

  private void checkFrontend(ConfigSection section) {
    FrontendConfig frontend = config.frontends().get(section.name());
    String backend = frontend.backend();
    if (!backend.isEmpty() && !config.backends().containsKey(backend)) {
      findings.error(
          section.place("backend"),
          "no backend has this name",
          Spelling.didYouMean(backend, config.backends().keySet()));
    }
    if (frontend.maxConnections() > config.maxConnections()) {
      findings.warning(
          section.place("max-connections"),
          "is never reached: sluice.max-connections is " + config.maxConnections(),
          "");
    }
    warnIfNever(section, "client", frontend.clientTimeout());
    checkAdmission(section, frontend);
    checkUnixFile(section, frontend);
  }

  private void checkUnixFile(ConfigSection section, FrontendConfig frontend) {
    if (frontend.listen().unixFile().equals(UnixFile.AS_BOUND)) {
      return;
    }
    ConfigSection listen = section.section("listen");
    if (frontend.binds().stream().anyMatch(Address.Unix.class::isInstance)) {
      if (config.transport() == TransportChoice.NIO) {
        findings.error(
            section.place("bind"),
            "unix-mode, unix-owner and unix-group need the epoll transport for this");
      }
      return;
    }
    for (String key : List.of("unix-mode", "unix-owner", "unix-group")) {
      if (listen.isSet(key)) {
        findings.warning(
            listen.place(key),
            "means nothing without a bind to a UNIX socket in the file system",
            "");
      }
    }
  }

  private void checkAdmission(ConfigSection section, FrontendConfig frontend) {
    AdmissionConfig admission = frontend.admission();
    SourceLimits limits = admission.sources();
    if (limits.connections() > 0 && limits.tracked() < frontend.maxConnections()) {
      findings.warning(
          section.section("limits").place("sources"),
          "when so many sources have connections, others are not limited",
          "as many as max-connections, " + frontend.maxConnections() + ", are enough");
    }
    boolean drops =
        (!admission.isOpen() && admission.denyAction() == Action.SILENT_DROP)
            || (limits.isLimited() && limits.action() == Action.SILENT_DROP);
    if (drops && config.transport() == TransportChoice.NIO) {
      findings.warning(
          section.place(), "transport nio cannot drop connections silently, it resets them", "");
    }
  }

  private void checkBackends(List<ConfigSection> sections) {
    Set<String> used = new HashSet<>();
    for (FrontendConfig frontend : config.frontends().values()) {
      used.add(frontend.backend());
      used.addAll(frontend.greeting().serverNames().values());
      used.addAll(frontend.greeting().protocols().values());
    }
    for (ConfigSection section : sections) {
      BackendConfig backend = config.backends().get(section.name());
      if (!used.contains(section.name())) {
        findings.warning(section.place(), "no frontend uses this backend", "");
      }
      BalanceReader.check(section, backend);
      warnIfNever(section, "connect", backend.connectTimeout());
      warnIfNever(section, "server", backend.serverTimeout());
    }
  }

  /** As HAProxy warns: without these a peer that vanished holds its session for ever. */
  private void warnIfNever(ConfigSection section, String key, Duration timeout) {
    if (timeout.isZero()) {
      findings.warning(
          section.section("timeouts").place(key),
          "sessions whose peer has vanished are kept for ever",
          "set a timeout");
    }
  }

  private void checkBind(Bind bind, List<Bind> earlier) {
    if (bind.address() instanceof Address.Systemd && config.transport() == TransportChoice.NIO) {
      findings.error(bind.place(), "transport nio cannot take over sockets", "use epoll or auto");
    }
    for (Bind other : earlier) {
      if (BindOverlap.overlap(bind.address(), bind.v6only(), other.address(), other.v6only())) {
        findings.error(
            bind.place(),
            "the address is already claimed by \""
                + other.address()
                + "\" of frontend "
                + other.frontend()
                + " ("
                + other.place().origin()
                + ")");
        return;
      }
    }
  }
}
