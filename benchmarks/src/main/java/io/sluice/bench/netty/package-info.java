/** A copying proxy on Netty's native epoll transport: a peer, in a process of its own. */
package io.sluice.bench.netty;
