/**
 * What {@code sluice demo} needs: an origin server, clients that send real traffic and verify what
 * arrives, and the table at the end.
 *
 * <p>Blocking channels, one thread for each connection: the proxy in between is the subject, the
 * ends are kept plain. Knows the proxy only through its snapshots.
 */
package io.sluice.app.demo;
