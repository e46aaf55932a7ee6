package io.sluice.health;

import io.sluice.config.ProxyVersion;
import io.sluice.config.TcpOptions;
import io.sluice.linux.SockAddr;
import java.util.function.Supplier;

/**
 * What every run of a check is made of.
 *
 * @param address where to, asked anew for each run: a server may move
 * @param header the PROXY header that it begins with
 * @param connectNs how long connecting may take, and all of the run where {@code answerNs} is 0
 * @param answerNs how long the dialogue may take; 0 where {@code connectNs} bounds it too
 */
record CheckTerms(
    Supplier<SockAddr> address,
    TcpOptions tcp,
    ProxyVersion header,
    long connectNs,
    long answerNs,
    Dialogue.Opening opening) {}
