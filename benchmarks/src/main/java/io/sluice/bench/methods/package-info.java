/**
 * The zero-copy table: the classic ways of moving bytes from a file or a socket to a socket,
 * through the project's own native bindings, without a proxy around them.
 */
package io.sluice.bench.methods;
