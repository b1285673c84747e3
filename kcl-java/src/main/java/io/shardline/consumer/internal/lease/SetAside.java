package io.shardline.consumer.internal.lease;

import com.google.common.collect.ImmutableMap;
import io.shardline.runtime.internal.EventLoop;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leases whose rows cannot be written, so that nobody can act on them until somebody mends the rows.
 *
 * <p>They are tried again after a while. Confined to the consumer loop.
 */
final class SetAside {

    private static final Logger log = LoggerFactory.getLogger(SetAside.class);

    private static final long AGAIN_NANOS = TimeUnit.MINUTES.toNanos(5);

    private final EventLoop loop;
    private final Runnable again;
    private final Map<String, String> reasons = new TreeMap<>();

    /** @param again has somebody look at what is to be tried again */
    SetAside(EventLoop loop, Runnable again) {
        this.loop = loop;
        this.again = again;
    }

    void add(String key, RowTooLargeException cause) {
        String why = String.valueOf(cause.getMessage());
        if (reasons.put(key, why) == null) {
            log.error("shard={} is read by nobody, as its lease cannot be written: {}", key, why);
        }
        loop.schedule(AGAIN_NANOS, () -> {
            reasons.remove(key);
            again.run();
        });
    }

    boolean contains(String key) {
        return reasons.containsKey(key);
    }

    /** Why, by key. */
    ImmutableMap<String, String> reasons() {
        return ImmutableMap.copyOf(reasons);
    }
}
