package io.sluice.app;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures;

/** The arrows between modules and packages: they go down, never up, and never in a circle. */
@AnalyzeClasses(packages = "io.sluice", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule noCycles = slices().matching("io.sluice.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule modulesPointDown =
      Architectures.layeredArchitecture()
          .consideringOnlyDependenciesInAnyPackage("io.sluice..")
          .layer("app")
          .definedBy("io.sluice.app..")
          .layer("systemd")
          .definedBy("io.sluice.systemd..")
          .layer("config")
          .definedBy("io.sluice.config..")
          .layer("native-bindings")
          .definedBy("io.sluice.linux..")
          .layer("proxy-core")
          .definedBy(
              not(resideInAnyPackage(
                      "io.sluice.app..",
                      "io.sluice.systemd..",
                      "io.sluice.config..",
                      "io.sluice.linux.."))
                  .and(resideInAPackage("io.sluice..")))
          .whereLayer("app")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("systemd")
          .mayOnlyBeAccessedByLayers("app")
          .whereLayer("proxy-core")
          .mayOnlyBeAccessedByLayers("app")
          .whereLayer("config")
          .mayOnlyBeAccessedByLayers("app", "proxy-core")
          .whereLayer("native-bindings")
          .mayOnlyBeAccessedByLayers("app", "proxy-core", "systemd");

  /** Each package of proxy-core sees only those below it; one that does not exist yet is fine. */
  @ArchTest
  static final ArchRule packagesOfTheCorePointDown =
      Architectures.layeredArchitecture()
          .consideringOnlyDependenciesInAnyPackage("io.sluice..")
          .withOptionalLayers(true)
          .layer("app")
          .definedBy("io.sluice.app..")
          .layer("proxy")
          .definedBy("io.sluice.proxy..")
          .layer("admin")
          .definedBy("io.sluice.admin..")
          .layer("session")
          .definedBy("io.sluice.session..")
          .layer("mirror")
          .definedBy("io.sluice.mirror..")
          .layer("health")
          .definedBy("io.sluice.health..")
          .layer("discovery")
          .definedBy("io.sluice.discovery..")
          .layer("admission")
          .definedBy("io.sluice.admission..")
          .layer("backend")
          .definedBy("io.sluice.backend..")
          .layer("wire")
          .definedBy("io.sluice.wire..")
          .layer("loop")
          .definedBy("io.sluice.loop..")
          .layer("transport")
          .definedBy("io.sluice.transport..")
          .layer("stats")
          .definedBy("io.sluice.stats..")
          .whereLayer("proxy")
          .mayOnlyBeAccessedByLayers("app")
          .whereLayer("admin")
          .mayOnlyBeAccessedByLayers("app", "proxy")
          .whereLayer("session")
          .mayOnlyBeAccessedByLayers("app", "proxy", "admin")
          .whereLayer("mirror")
          .mayOnlyBeAccessedByLayers("app", "proxy", "admin", "session")
          .whereLayer("health")
          .mayOnlyBeAccessedByLayers("app", "proxy", "admin", "session", "mirror")
          .whereLayer("discovery")
          .mayOnlyBeAccessedByLayers("app", "proxy", "admin")
          .whereLayer("admission")
          .mayOnlyBeAccessedByLayers("app", "proxy", "admin", "session")
          .whereLayer("backend")
          .mayOnlyBeAccessedByLayers(
              "app", "proxy", "admin", "session", "mirror", "health", "discovery")
          .whereLayer("wire")
          .mayOnlyBeAccessedByLayers(
              "app", "proxy", "admin", "session", "mirror", "health", "backend")
          .whereLayer("loop")
          .mayOnlyBeAccessedByLayers(
              "app", "proxy", "admin", "session", "mirror", "health", "backend", "wire")
          .whereLayer("transport")
          .mayOnlyBeAccessedByLayers(
              "app", "proxy", "admin", "session", "mirror", "health", "backend", "wire", "loop");

  @ArchTest
  static final ArchRule transportsNeverMeet =
      slices().matching("io.sluice.transport.(epoll|nio)..").should().notDependOnEachOther();

  @ArchTest
  static final ArchRule onlyTheProxyNamesATransport =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "io.sluice.proxy..", "io.sluice.transport.epoll..", "io.sluice.transport.nio..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.sluice.transport.epoll..", "io.sluice.transport.nio..");

  @ArchTest
  static final ArchRule onlyTwoClassesSeeTheHoconLibrary =
      noClasses()
          .that()
          .haveNameNotMatching("io\\.sluice\\.config\\.Config(Loader|Section)(\\$.*)?")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.typesafe..");

  @ArchTest
  static final ArchRule onlyNativeBindingsSeeJnrFfi =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.sluice.linux..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("jnr.ffi..", "com.kenai..", "jnr.constants..");

  @ArchTest
  static final ArchRule onlySystemdSeesJnrUnixSocket =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.sluice.systemd..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("jnr.unixsocket..", "jnr.enxio..");

  @ArchTest
  static final ArchRule onlyTheLogSeesLogback =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.sluice.app.log..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ch.qos.logback..");

  @ArchTest
  static final ArchRule onlyDiscoverySeesTheDnsLibrary =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.sluice.discovery..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.xbill..");

  @ArchTest
  static final ArchRule onlyTheProgramSeesPicocli =
      classes()
          .that()
          .resideOutsideOfPackage("io.sluice.app..")
          .should()
          .onlyDependOnClassesThat(not(resideInAPackage("picocli..")));

  @ArchTest
  static final ArchRule onlyTheProgramEndsTheProcess =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.sluice.app..")
          .should()
          .callMethod(System.class, "exit", int.class)
          .orShould()
          .callMethod(Runtime.class, "exit", int.class)
          .orShould()
          .callMethod(Runtime.class, "halt", int.class);
}
