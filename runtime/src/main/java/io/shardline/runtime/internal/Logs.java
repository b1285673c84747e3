package io.shardline.runtime.internal;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.helpers.NOPLogger;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * The loggers of the libraries: SLF4J's, and where it has no provider, which would hide everything, the standard error for
 * warnings and errors.
 *
 * <p>Thread-safe.
 */
public final class Logs {

    private Logs() {}

    /** The logger of a class. */
    public static Logger of(Class<?> type) {
        return visible(LoggerFactory.getLogger(type), hasProvider());
    }

    /** A provider that logs nothing was chosen by somebody; its absence was not. */
    private static boolean hasProvider() {
        return ServiceLoader.load(SLF4JServiceProvider.class, LoggerFactory.class.getClassLoader())
                .iterator()
                .hasNext();
    }

    static Logger visible(Logger logger, boolean hasProvider) {
        return logger instanceof NOPLogger && !hasProvider ? new StandardError(logger.getName(), System.err) : logger;
    }

    /** Writes warnings and errors to a stream, a line each. Thread-safe, as the stream is. */
    static final class StandardError extends LegacyAbstractLogger {

        private static final long serialVersionUID = 1L;

        private final transient PrintStream stream;

        StandardError(String name, PrintStream stream) {
            this.name = name;
            this.stream = stream;
        }

        @Override
        public boolean isTraceEnabled() {
            return false;
        }

        @Override
        public boolean isDebugEnabled() {
            return false;
        }

        @Override
        public boolean isInfoEnabled() {
            return false;
        }

        @Override
        public boolean isWarnEnabled() {
            return true;
        }

        @Override
        public boolean isErrorEnabled() {
            return true;
        }

        @Override
        protected @Nullable String getFullyQualifiedCallerName() {
            return null;
        }

        @Override
        protected void handleNormalizedLoggingCall(
                Level level,
                @Nullable Marker marker,
                String message,
                Object @Nullable [] arguments,
                @Nullable Throwable thrown) {
            StringWriter text = new StringWriter();
            PrintWriter lines = new PrintWriter(text);
            lines.println(level + " " + name + " - " + MessageFormatter.basicArrayFormat(message, arguments));
            if (thrown != null) {
                thrown.printStackTrace(lines);
            }
            stream.print(text); // at once, so that threads do not mix their lines
        }
    }
}
