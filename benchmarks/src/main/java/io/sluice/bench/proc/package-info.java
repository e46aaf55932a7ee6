/** What the kernel says about processes and the machine, read from /proc; any thread. */
package io.sluice.bench.proc;
