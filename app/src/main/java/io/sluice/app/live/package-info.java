/** A line that tells how far a command is, for those that take a while. */
package io.sluice.app.live;
