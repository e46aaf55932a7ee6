/**
 * How a process that runs takes on a changed configuration: who asks for it, in which order, and
 * who is told.
 *
 * <p>{@link io.sluice.app.reload.Reloads} serialises those who ask; a {@link
 * io.sluice.app.reload.Reload} reads, compares and tells; what it applies the configuration to is a
 * {@link io.sluice.app.reload.Reloadable}. On a thread that exists as long as a reload runs.
 */
package io.sluice.app.reload;
