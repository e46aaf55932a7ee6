/** Balancing algorithms, one file each. A balancer is shared by all loops and never blocks. */
package io.sluice.backend.balance;
