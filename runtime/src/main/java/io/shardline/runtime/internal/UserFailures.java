package io.shardline.runtime.internal;

import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;

/**
 * What callbacks, listeners and handlers threw, for the log: the first with its stack trace, then a line each time their number
 * has doubled, because what throws for one record throws for millions.
 *
 * <p>Thread-safe.
 */
public final class UserFailures {

    private final Logger log;
    private final AtomicLong failures = new AtomicLong();

    public UserFailures(Logger log) {
        this.log = log;
    }

    /**
     * Notes a failure.
     *
     * @param who what threw, and where, as the subject of a sentence
     */
    public void note(String who, Throwable thrown) {
        long number = failures.incrementAndGet();
        if (number == 1) {
            log.error("{} failed; more such failures are counted", who, thrown);
        } else if (Long.bitCount(number) == 1) {
            log.error("{} failed, failures so far: {}, this one: {}", who, number, thrown.toString());
        }
    }
}
