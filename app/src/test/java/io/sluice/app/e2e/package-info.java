/**
 * The packaged proxy as its own process between real programs: files of nginx, streams of iperf3,
 * databases, and the failures that only a process can have.
 *
 * <p>Runs after the package phase, because it starts {@code target/sluice.jar}. Every test starts
 * its own programs on free ports of the loopback interface, in a folder below {@code target}, and
 * ends them by their process ids. A missing program skips the test with a reason; it fails instead
 * where everything is expected to be installed, see {@link Tool}.
 */
package io.sluice.app.e2e;
