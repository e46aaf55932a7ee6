package io.sluice.health;

import io.sluice.config.CheckConfig.Header;
import io.sluice.config.TcpOptions;
import io.sluice.linux.SockAddr;
import java.util.function.Supplier;

/**
 * What every run of a check is made of.
 *
 * @param address where to, asked anew for each run: a server may move
 * @param header {@link Header#NONE}, {@link Header#V1} or {@link Header#V2}
 * @param connectNs how long connecting may take, and all of the run where {@code answerNs} is 0
 * @param answerNs how long the dialogue may take; 0 where {@code connectNs} bounds it too
 */
record CheckTerms(
    Supplier<SockAddr> address,
    TcpOptions tcp,
    Header header,
    long connectNs,
    long answerNs,
    Dialogue.Opening opening) {}
