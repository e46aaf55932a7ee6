package io.sluice.app.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.core.spi.ContextAwareBase;
import io.sluice.session.SessionLog;
import io.sluice.systemd.JournalSocket;
import java.io.PrintStream;

/**
 * Sets logback up in code, found through its service file: reading an XML file would add a tenth of
 * a second to every start.
 *
 * <p>The session log is off until {@link Logging#sessions} turns it on.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_TOP_PRIORITY)
public final class LogConfigurator extends ContextAwareBase implements Configurator {

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    LineAppender appender = new LineAppender(output());
    appender.setContext(context);
    appender.setName(Logging.APPENDER);
    appender.start();
    // Whoever ends the process: what was logged before is still written.
    Runtime.getRuntime().addShutdownHook(new Thread(appender::stop, "sluice-log-end"));
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.INFO);
    root.addAppender(appender);
    context.getLogger(SessionLog.LOGGER).setLevel(Level.WARN);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  private static LogOutput output() {
    PrintStream stderr = System.err;
    if (!Journal.isStderr(System.getenv("JOURNAL_STREAM"))) {
      return LogOutput.lines(LineLayout.PLAIN, stderr::print);
    }
    LogOutput stream = LogOutput.lines(LineLayout.JOURNAL, stderr::print);
    return JournalSocket.at(JournalSocket.PATH)
        .<LogOutput>map(socket -> new JournalOutput(socket, stream))
        .orElse(stream);
  }
}
