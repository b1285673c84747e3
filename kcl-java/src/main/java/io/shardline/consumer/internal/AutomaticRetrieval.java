package io.shardline.consumer.internal;

import com.google.common.collect.ImmutableMap;
import io.shardline.consumer.internal.lease.LeaseBook;
import io.shardline.consumer.internal.lease.LeaseStore.Scan;
import io.shardline.consumer.internal.lease.ReadPressure;
import io.shardline.consumer.internal.lease.SessionKeeper;
import io.shardline.consumer.internal.lease.SessionRow;
import io.shardline.consumer.internal.lease.StreamRow;
import io.shardline.consumer.internal.retrieve.RetrievalRules;
import io.shardline.runtime.internal.Logs;
import io.shardline.runtime.internal.ServiceErrors;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The streams that are read automatically: what this worker tells of them in its session's row, and what it takes from the rows of
 * others.
 *
 * <p>One worker decides: the one that plans for all, or in a small fleet the first of those that read the stream automatically. Two
 * that think so are no harm, as each turn is written once. Confined to the consumer loop.
 */
final class AutomaticRetrieval {

    private static final Logger log = Logs.of(AutomaticRetrieval.class);

    /** After so many intervals the worker that decides looks at the others again. */
    private static final int INTERVALS = 5;

    private final SessionKeeper.Setting leasing;
    private final LeaseBook book;
    private final RetrievalRules rules;
    private final Map<String, AutomaticStream> streams = new TreeMap<>();
    private boolean ticking;
    private boolean decides;
    private long scannedAt;

    AutomaticRetrieval(SessionKeeper.Setting leasing, LeaseBook book, RetrievalRules rules) {
        this.leasing = leasing;
        this.book = book;
        this.rules = rules;
    }

    /** A stream, which is made when it is first asked for. */
    AutomaticStream stream(String name, Function<String, AutomaticStream> maker) {
        AutomaticStream stream = streams.computeIfAbsent(name, maker);
        if (!ticking) {
            ticking = true;
            scannedAt = leasing.loop().nanoTime();
            leasing.loop().post(this::tick);
        }
        return stream;
    }

    /** A stream, or null if it is not read automatically. */
    @Nullable
    AutomaticStream known(String name) {
        return streams.get(name);
    }

    void forget(String name) {
        streams.remove(name);
    }

    Collection<AutomaticStream> all() {
        return streams.values();
    }

    // ------------------------------------------------------------------------------------------------- telling

    private void tick() {
        tell();
        if (!book.plansHere()) {
            readRows(); // no scan shows them
        } else if (decides
                && leasing.loop().nanoTime() - scannedAt
                        >= rules.interval().multipliedBy(INTERVALS).toNanos()) {
            book.lookAgain();
        }
        leasing.loop().schedule(rules.interval().toNanos(), this::tick);
    }

    private void tell() {
        Map<String, ReadPressure> felt = new TreeMap<>();
        streams.forEach((name, stream) ->
                felt.put(ReadPressure.keyOf(name), stream.gauges().pressure()));
        book.session()
                .feels(felt.entrySet().stream()
                        .sorted(Comparator.comparingInt(
                                entry -> -entry.getValue().shards()))
                        .limit(SessionRow.MAX_PRESSURES)
                        .collect(ImmutableMap.toImmutableMap(Map.Entry::getKey, Map.Entry::getValue)));
    }

    // ------------------------------------------------------------------------------------------------- hearing

    private void readRows() {
        if (book.session().id() == null || streams.isEmpty()) {
            return;
        }
        List<String> names = List.copyOf(streams.keySet());
        leasing.calls()
                .read(
                        () -> leasing.store().readStreams(names),
                        rows -> rows.forEach(this::saw),
                        failure -> log.warn(
                                "how streams are to be read could not be looked up: {}",
                                ServiceErrors.message(failure)));
    }

    private void saw(StreamRow row) {
        AutomaticStream stream = streams.get(row.streamName());
        if (stream != null) {
            stream.saw(row);
        }
    }

    /** The lease table was read. */
    void scanned(Scan scan) {
        scannedAt = leasing.loop().nanoTime();
        scan.streams().forEach(this::saw);
        decides = false;
        scan.streams().forEach(row -> decide(row, scan));
    }

    private boolean isForMe(String key, Scan scan) {
        String me = book.session().id();
        return me != null
                && (book.plansForAll()
                        || scan.sessions().stream()
                                .filter(session -> session.alive() && !session.leaving())
                                .filter(session -> isTold(session, key))
                                .noneMatch(session -> session.id().compareTo(me) < 0));
    }

    private static boolean isTold(SessionRow session, String key) {
        ImmutableMap<String, ReadPressure> felt = session.pressure();
        return felt != null && felt.containsKey(key);
    }

    private void decide(StreamRow row, Scan scan) {
        AutomaticStream stream = streams.get(row.streamName());
        String key = ReadPressure.keyOf(row.streamName());
        if (stream == null || !isForMe(key, scan)) {
            return;
        }
        decides = true;
        ReadPressure all = ReadPressure.NONE;
        for (SessionRow session : scan.sessions()) {
            ImmutableMap<String, ReadPressure> felt = session.pressure();
            if (session.alive() && felt != null) {
                all = all.plus(felt.getOrDefault(key, ReadPressure.NONE));
            }
        }
        stream.decide(row, all);
    }
}
