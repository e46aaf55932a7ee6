/**
 * What the proxy tells systemd: sd_notify(3), and entries of the journal.
 *
 * <p>{@link io.sluice.systemd.ServiceManager} is the way in; outside systemd it is {@link
 * io.sluice.systemd.ServiceManager#NONE}, which costs nothing. The only package that sees
 * jnr-unixsocket. Any thread.
 */
package io.sluice.systemd;
