/**
 * How an operator's command reaches the process that runs: a UNIX socket, and lines of text.
 *
 * <pre>
 *   request:  one line of UTF-8, its line feed included at most 8192 bytes: a word, and where
 *             that takes one a space and an argument: reload /etc/sluice/sluice.conf
 *   answer:   any number of lines that begin with a space, then one that does not:
 *             done ..., invalid ... or failed ...; then the end of the stream
 * </pre>
 *
 * <p>The requests are those of {@code sluice reload}, {@code status} and {@code server}. An answer
 * without its last line is none: the process has ended meanwhile. {@code echo reload | socat -t60 -
 * UNIX:/run/sluice/control.sock} is a client. Who may connect is the file's mode.
 *
 * <p>{@link io.sluice.app.control.ControlSocket} listens, on a thread of its own; {@link
 * io.sluice.app.control.ControlCall} asks.
 */
package io.sluice.app.control;
