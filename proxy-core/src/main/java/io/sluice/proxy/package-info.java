/**
 * The proxy as a library.
 *
 * <pre>{@code
 * SluiceConfig config = ConfigReader.parse("example", """
 *     sluice {
 *       frontends.web { bind = "127.0.0.1:0", backend = app }
 *       backends.app.servers.a = "127.0.0.1:9000"
 *     }
 *     """).config();
 * try (Proxy proxy = Proxy.start(config)) {
 *   SockAddr address = proxy.boundAddress("web", 0);
 *   ...
 *   proxy.drain(Duration.ofSeconds(30));
 * }
 * }</pre>
 *
 * <p>It starts its own threads, one for each loop, never calls {@code System.exit}, installs no
 * signal handler, and logs through slf4j. This is the only package that names {@code
 * transport.epoll} and {@code transport.nio}.
 */
package io.sluice.proxy;
