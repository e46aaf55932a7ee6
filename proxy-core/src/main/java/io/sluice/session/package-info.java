/**
 * Sessions: accepting, connecting, relaying, closing.
 *
 * <p>Ownership: a {@link io.sluice.session.SessionLoop} owns the sessions of one loop; a Session
 * owns its two sockets, its two Flows and its timer, and {@code Session.close} is the one place
 * that releases them; a Flow owns its pump. An {@link io.sluice.session.Acceptor} is one loop's
 * view of one bind.
 *
 * <p>Thread rule: everything belongs to the thread of its loop, except {@link
 * io.sluice.session.Frontend}, {@link io.sluice.session.ConnectionGate} and {@link
 * io.sluice.session.SessionCount}, which all loops share.
 *
 * <p>What happens when: EOF ends the Flow with a FIN passed on; a reset ends the Session with a
 * reset passed on, after the bytes before it; EAGAIN leaves the Flow until the poller reports; a
 * full target keeps the bytes in the pump and stops reading; out of descriptors pauses the
 * Acceptor.
 */
package io.sluice.session;
