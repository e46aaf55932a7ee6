package io.sluice.config;

import io.sluice.config.ConfigSection.Text;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Holds mirrors against frontends, against each other, and against where they lead back to. */
final class MirrorChecks {

  /** A frontend that names a mirror, and where it does. */
  record Use(String frontend, Text mirror) {}

  /** The word that stands for no mirror, which no mirror may have as its name. */
  static final String NONE = "none";

  private final SluiceConfig config;
  private final Findings findings;
  private final List<WholeChecks.Bind> binds;

  MirrorChecks(SluiceConfig config, Findings findings, List<WholeChecks.Bind> binds) {
    this.config = config;
    this.findings = findings;
    this.binds = binds;
  }

  /**
   * Checks all mirrors.
   *
   * @param inherited names for frontends without their own, whether or not there is such a one
   */
  void run(List<ConfigSection> mirrors, List<Text> inherited, List<Use> uses) {
    inherited.forEach(this::checkKnown);
    checkNames(mirrors, uses);
    checkPaths(mirrors);
    for (ConfigSection mirror : mirrors) {
      uses.stream()
          .filter(use -> use.mirror().text().equals(mirror.name()))
          .map(Use::frontend)
          .distinct()
          .forEach(frontend -> checkLoop(mirror, frontend));
    }
  }

  private void checkNames(List<ConfigSection> mirrors, List<Use> uses) {
    Set<String> seen = new HashSet<>();
    Set<String> used = new HashSet<>();
    for (Use use : uses) {
      String name = use.mirror().text();
      if (checkKnown(use.mirror()) && !seen.add(use.frontend() + " " + name)) {
        findings.error(use.mirror().place(), "the mirror is named twice");
      }
      used.add(name);
    }
    for (ConfigSection mirror : mirrors) {
      if (mirror.name().equals(NONE)) {
        findings.error(mirror.place(), "none means no mirror and cannot be the name of one");
      } else if (!used.contains(mirror.name())) {
        findings.warning(mirror.place(), "no frontend uses this mirror", "");
      }
    }
  }

  private boolean checkKnown(Text name) {
    Set<String> known = config.mirrors().keySet();
    if (known.contains(name.text())) {
      return true;
    }
    findings.error(
        name.place(), "no mirror has this name", Spelling.didYouMean(name.text(), known));
    return false;
  }

  /** Files of two mirrors that have the same name would overwrite each other. */
  private void checkPaths(List<ConfigSection> mirrors) {
    record Claim(String owner, Place place, PathTemplate template) {}
    Map<String, Claim> claimed = new HashMap<>();
    for (ConfigSection section : mirrors) {
      MirrorConfig mirror = config.mirrors().get(section.name());
      List<Claim> claims = new ArrayList<>();
      String name = section.name();
      template(mirror.target())
          .ifPresent(path -> claims.add(new Claim(name + ".to", section.place("to"), path)));
      mirror
          .replies()
          .ifPresent(
              file ->
                  claims.add(
                      new Claim(name + ".replies", section.place("replies"), file.template())));
      for (Claim claim : claims) {
        String path = normal(claim.template().text().replace("{mirror}", name));
        Claim other = claimed.putIfAbsent(path, claim);
        if (other != null) {
          findings.error(
              claim.place(),
              "the path is already that of mirror "
                  + other.owner()
                  + " ("
                  + other.place().origin()
                  + ")");
        }
      }
    }
  }

  /** Where the mirror writes by itself, if it is to files. */
  static Optional<PathTemplate> template(MirrorTarget target) {
    if (target instanceof MirrorTarget.FileTarget file) {
      return Optional.of(file.template());
    }
    return target instanceof MirrorTarget.Pcapng capture
        ? Optional.of(capture.template())
        : Optional.empty();
  }

  private static String normal(String path) {
    try {
      return Path.of(path).normalize().toString();
    } catch (InvalidPathException e) {
      return path; // Not in this locale's characters: compared as it is.
    }
  }

  /**
   * Refuses a mirror whose bytes come back to the frontend that mirrors: each session would open
   * another one, without end. What a name or another machine hides cannot be seen.
   */
  private void checkLoop(ConfigSection section, String frontend) {
    MirrorTarget target = config.mirrors().get(section.name()).target();
    if (!(target instanceof MirrorTarget.Stream stream)) {
      return;
    }
    for (String next : frontendsAt(stream.address())) {
      List<String> way = new ArrayList<>(List.of(frontend));
      if (leads(next, frontend, way, new HashSet<>())) {
        boolean direct = way.size() == 2;
        findings.error(
            section.place("to"),
            direct
                ? "leads back to frontend " + frontend + ", which uses this mirror"
                : "leads back to frontend "
                    + frontend
                    + ", which uses this mirror: "
                    + String.join(" -> ", way));
        return;
      }
    }
  }

  /** Whether bytes that arrive at {@code from} come to {@code goal}; {@code way} is how. */
  private boolean leads(String from, String goal, List<String> way, Set<String> seen) {
    way.add(from);
    if (from.equals(goal)) {
      return true;
    }
    if (seen.add(from)) {
      for (Address address : destinations(config.frontends().get(from))) {
        for (String next : frontendsAt(address)) {
          if (leads(next, goal, way, seen)) {
            return true;
          }
        }
      }
    }
    way.remove(way.size() - 1);
    return false;
  }

  /** Where a frontend connects to: its servers and its mirrors. */
  private List<Address> destinations(FrontendConfig frontend) {
    List<Address> all = new ArrayList<>();
    BackendConfig backend = config.backends().get(frontend.backend());
    if (backend != null) {
      backend.servers().forEach(server -> all.add(server.address()));
    }
    for (MirrorConfig mirror : frontend.mirrors()) {
      if (mirror.target() instanceof MirrorTarget.Stream stream) {
        all.add(stream.address());
      }
    }
    return all;
  }

  private Set<String> frontendsAt(Address target) {
    Set<String> names = new LinkedHashSet<>();
    for (WholeChecks.Bind bind : binds) {
      if (target != null && BindOverlap.reaches(target, bind.address(), bind.v6only())) {
        names.add(bind.frontend());
      }
    }
    return names;
  }
}
