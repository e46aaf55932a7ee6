/**
 * The proxy as a service: what its manager is told while it runs, and when it ends for want of
 * work.
 *
 * <p>{@link io.sluice.app.service.ServiceReport} has a thread of its own; the others belong to
 * whoever made them. Outside systemd nothing here runs.
 */
package io.sluice.app.service;
