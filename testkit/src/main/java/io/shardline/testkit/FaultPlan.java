package io.shardline.testkit;

import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.KinesisRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;

/**
 * What is to go wrong with the calls of all clients of one emulator, by operation, stream, shard, caller and time.
 *
 * <pre>{@code
 * kinesis.faults().on("PutRecords").stream("flights").times(2).inject(new Fault.Throttle());
 * kinesis.faults().on("GetRecords").caller("worker-1").delay(Latency.fixed(Duration.ofSeconds(3)));
 * }</pre>
 *
 * <p>The first rule that a call meets decides; if it meets none, the {@link Faults} of its client do. Thread-safe.
 */
public final class FaultPlan {
    private static final Fault NONE = new Fault.None();

    private final KinesisEmulator emulator;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Rule> rules = new ArrayList<>();

    FaultPlan(KinesisEmulator emulator) {
        this.emulator = emulator;
    }

    /**
     * A rule for calls of one operation; it is in force once it has been given its fault.
     *
     * @param operation the operation's name as the service writes it, such as {@code PutRecords}
     */
    public Rule on(String operation) {
        return new Rule(operation);
    }

    /** A rule for calls of every operation; it is in force once it has been given its fault. */
    public Rule onAll() {
        return new Rule(null);
    }

    /** From now on nothing goes wrong by this plan. */
    public void clear() {
        lock.lock();
        try {
            rules.clear();
        } finally {
            lock.unlock();
        }
    }

    /** What goes wrong with a call; null if no rule is about it. */
    @Nullable
    Fault next(String operation, KinesisRequest request, String caller) {
        lock.lock();
        try {
            Iterator<Rule> remaining = rules.iterator();
            while (remaining.hasNext()) {
                Rule rule = remaining.next();
                Fault fault = rule.isAbout(operation, caller) ? rule.fault(request) : null;
                if (fault != null) {
                    if (rule.isUsedUp()) {
                        remaining.remove();
                    }
                    return fault;
                }
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /**
     * One rule: which calls it is about, and what goes wrong with them.
     *
     * <p>Confined to the thread that builds it.
     */
    public final class Rule {
        private final @Nullable String operation;
        private @Nullable String stream;
        private @Nullable String shard;
        private @Nullable String caller;
        private @Nullable Instant from;
        private @Nullable Instant until;
        private long left = Long.MAX_VALUE;
        private Supplier<Fault> faults = () -> NONE;

        private Rule(@Nullable String operation) {
            this.operation = operation;
        }

        /** Only calls that mean the stream of that name. */
        public Rule stream(String name) {
            this.stream = name;
            return this;
        }

        /**
         * Only calls that mean that shard. Of a PutRecords call only the entries for that shard fail, unless the fault is one
         * of the way there and back.
         */
        public Rule shard(String shardId) {
            this.shard = shardId;
            return this;
        }

        /** Only calls of clients of that {@link ClientSettings#name() name}. */
        public Rule caller(String name) {
            this.caller = name;
            return this;
        }

        /** Only calls from that time of the emulator's clock on. */
        public Rule from(Instant time) {
            this.from = time;
            return this;
        }

        /** Only calls before that time of the emulator's clock. */
        public Rule until(Instant time) {
            this.until = time;
            return this;
        }

        /**
         * Only so many calls, and then no more.
         *
         * @param count at least 1
         */
        public Rule times(int count) {
            if (count < 1) {
                throw new IllegalArgumentException("times must be at least 1: " + count);
            }
            this.left = count;
            return this;
        }

        /** The fault of these calls; puts the rule in force. */
        public void inject(Fault fault) {
            inject(() -> fault);
        }

        /** The delay of these calls; puts the rule in force. */
        public void delay(Latency latency) {
            inject(() -> new Fault.Delay(latency.next()));
        }

        private void inject(Supplier<Fault> supplier) {
            lock.lock();
            try {
                faults = supplier;
                rules.add(this);
            } finally {
                lock.unlock();
            }
        }

        private boolean isAbout(String calledOperation, String calling) {
            Instant now = Instant.ofEpochMilli(emulator.nowMillis());
            return (operation == null || operation.equals(calledOperation))
                    && (caller == null || caller.equals(calling))
                    && (from == null || !now.isBefore(from))
                    && (until == null || now.isBefore(until));
        }

        /** The fault of a call; null if it is about another stream or shard. */
        private @Nullable Fault fault(KinesisRequest request) {
            if (stream == null && shard == null) {
                return use();
            }
            CallTarget target = emulator.locked(engine -> engine.target(request));
            if (stream != null && !stream.equals(target.stream())) {
                return null;
            }
            String wanted = shard;
            if (wanted == null || wanted.equals(target.shard())) {
                return use();
            }
            if (request instanceof PutRecordsRequest put) {
                BitSet entries = emulator.locked(engine -> engine.entriesFor(put, wanted));
                return entries.isEmpty() ? null : only(entries, use());
            }
            return null;
        }

        private Fault use() {
            left--;
            return faults.get();
        }

        private boolean isUsedUp() {
            return left == 0;
        }

        private static Fault only(BitSet entries, Fault fault) {
            if (fault instanceof Fault.Throttle) {
                return new Fault.PartialFailure(entries::get, "ProvisionedThroughputExceededException");
            }
            if (fault instanceof Fault.ServiceFailure) {
                return new Fault.PartialFailure(entries::get, "InternalFailure");
            }
            if (fault instanceof Fault.PartialFailure partial) {
                return new Fault.PartialFailure(
                        index -> entries.get(index) && partial.failing().test(index), partial.code());
            }
            return fault;
        }
    }
}
