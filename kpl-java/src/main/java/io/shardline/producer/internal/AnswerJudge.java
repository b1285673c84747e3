package io.shardline.producer.internal;

import io.shardline.aggregation.HashKeyRange;
import io.shardline.producer.FailureReason;
import io.shardline.producer.ProducerEvent;
import io.shardline.runtime.internal.ServiceErrors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;

/**
 * Turns answers into outcomes: what is done, what is put again and where, what is given up.
 *
 * <p>A record by itself is done wherever it was stored. An aggregate in another shard than predicted is done only if every
 * entry belongs into that shard, because consumers skip entries that do not, and KCL then skips the whole aggregate;
 * otherwise every entry is put again. Confined to the loop.
 */
final class AnswerJudge {

    private static final String WRONG_SHARD = "WrongShard";
    private static final String COUNT_MISMATCH = "RecordCountMismatch";
    private static final String NO_RESULT = "NoResult";
    private static final String REFUSED = "the service refused it for good";

    /** How often the shards are listed to learn the range of a shard that an aggregate was stored in. */
    private static final int MOST_LISTINGS = 3;

    /** A record that so many requests failed with for reasons of our own is not the victim but the cause. */
    static final int MAX_INTERNAL_ERRORS = 3;

    /** So often in a row a signature or a key is refused that is then believed: some seconds, in which a new key becomes known. */
    static final int MAX_DOUBTED_TRIES = 8;

    private final StreamLanes stream;
    private final LoopContext context;
    private List<Landing> landings = new ArrayList<>();
    private long companies;

    /** Loads whose last word has not been spoken. */
    private final Set<LaneLoad> expected = Collections.newSetFromMap(new IdentityHashMap<>());

    /** A load whose entries are judged one by one, some of them only when the shards have been listed. */
    private static final class OpenCase {

        private final LaneLoad load;
        private final long startedAt;
        private final List<PendingRecord> again = new ArrayList<>();
        private int open;

        OpenCase(LaneLoad load, long startedAt) {
            this.load = load;
            this.startedAt = startedAt;
            this.open = load.entries().size();
        }

        /** An entry has been judged; true if it was the last. */
        boolean settle(List<PendingRecord> putAgain) {
            again.addAll(putAgain);
            open--;
            return open == 0;
        }

        /** What is to be put again, in the order of putting. */
        List<PendingRecord> again() {
            again.sort(StreamLanes.FIRST_PUT);
            return again;
        }
    }

    /** An aggregate that was stored, and how often shards were listed since to learn where. */
    private record Landing(OpenCase of, RequestEntry aggregate, PutRecordsResultEntry result, int listings) {}

    AnswerJudge(StreamLanes stream, LoopContext context) {
        this.stream = stream;
        this.context = context;
    }

    /** To be called with each load before the lane puts anything into it: if something throws meanwhile, {@link #recover} finds it. */
    void expect(LaneLoad load) {
        expected.add(load);
    }

    /**
     * Something threw while an answer was judged: nobody knows what became of the rest of the request. Its records without an
     * outcome are put again, unless that has happened to them too often.
     */
    void broken(PutRequest request, Throwable thrown) {
        landings.removeIf(landing -> request.loads().contains(landing.of().load));
        FailedTry tried = new FailedTry(
                ServiceFailure.INTERNAL,
                thrown.toString(),
                request.startedAt(),
                context.ticks().now(),
                true);
        request.loads().stream().filter(expected::contains).forEach(load -> broken(load, tried));
    }

    /** Something threw: puts again what is in no request and waits for no listing. */
    void recover(Set<LaneLoad> inRequests) {
        Set<LaneLoad> lost = Collections.newSetFromMap(new IdentityHashMap<>());
        lost.addAll(expected);
        lost.removeAll(inRequests);
        landings.forEach(landing -> lost.remove(landing.of().load));
        long now = context.ticks().now();
        FailedTry tried = new FailedTry(ServiceFailure.INTERNAL, "the producer failed over the answer", now, now, true);
        expected.stream().filter(lost::contains).toList().forEach(load -> broken(load, tried));
    }

    /** How many of a lane's loads have not come to their end. */
    int expectedOf(ShardLane lane) {
        return (int) expected.stream().filter(load -> load.lane() == lane).count();
    }

    private void broken(LaneLoad load, FailedTry tried) {
        List<PendingRecord> again = new ArrayList<>();
        for (PendingRecord pending : load.records()) {
            if (pending.isDecided) {
                continue;
            }
            pending.failed(tried);
            if (pending.failures(ServiceFailure.INTERNAL) < MAX_INTERNAL_ERRORS) {
                again.add(pending);
            } else {
                stream.givenUp(pending, FailureReason.INTERNAL_ERROR, "the producer failed over it");
            }
        }
        conclude(load, again);
    }

    /** @param refusals how many tries in a row of the whole producer the key or the signature was refused for */
    void judge(PutRequest request, Answer answer, int refusals) {
        if (answer instanceof Answer.Failed failed) {
            requestFailed(request, failed.failure(), refusals);
        } else if (answer instanceof Answer.Results results) {
            int sent = request.entryCount();
            int answered = results.entries().size();
            if (sent == answered) {
                entriesAnswered(request, results.entries());
            } else {
                String message = "sent " + sent + " entries, got " + answered + " results";
                requestFailed(request, new ServiceFailure(COUNT_MISMATCH, message, 0), refusals);
            }
        }
    }

    // ---- a request that failed as a whole ----

    private void requestFailed(PutRequest request, ServiceFailure failure, int refusals) {
        Verdict verdict = heeded(RetryClassifier.ofRequest(failure));
        boolean unknown = verdict instanceof Verdict.Retry retry && retry.mayHaveBeenWritten();
        FailedTry tried = new FailedTry(
                failure.code(),
                failure.message(),
                request.startedAt(),
                context.ticks().now(),
                unknown);
        boolean alone = request.loads().size() == 1 && request.loads().get(0).count() == 1;
        request.loads().forEach(load -> load.records().forEach(pending -> pending.failed(tried)));
        if (ServiceErrors.isThrottle(failure.code())) {
            request.loads().forEach(load -> throttled(load, load.entries().size(), load.bytes(), request.startedAt()));
        }
        if (verdict instanceof Verdict.Permanent permanent) {
            giveUp(request, permanent.reason());
        } else if (verdict instanceof Verdict.Doubted doubted && refusals >= MAX_DOUBTED_TRIES) {
            giveUp(request, doubted.reason());
        } else if (verdict instanceof Verdict.Split && alone) {
            giveUp(request, FailureReason.REJECTED);
        } else if (verdict instanceof Verdict.Split) {
            split(request.loads());
        } else {
            request.loads().forEach(load -> conclude(load, load.records()));
        }
    }

    /** What the settings make of it. */
    private Verdict heeded(Verdict verdict) {
        return verdict instanceof Verdict.Throttled && context.settings().failIfThrottled()
                ? new Verdict.Permanent(FailureReason.THROTTLED)
                : verdict;
    }

    private void throttled(LaneLoad load, int entries, long bytes, long sentAt) {
        load.lane().throttled(entries, bytes, sentAt, context.ticks().now());
    }

    private void giveUp(PutRequest request, FailureReason reason) {
        if (reason == FailureReason.STREAM_NOT_FOUND) {
            stream.isGone();
        }
        for (LaneLoad load : request.loads()) {
            load.records().forEach(pending -> stream.givenUp(pending, reason, REFUSED));
            conclude(load, List.of());
        }
    }

    /** Lets both halves travel apart: of the loads if there are several, else of the records of the only one. */
    private void split(List<LaneLoad> loads) {
        long firstHalf = ++companies;
        long secondHalf = ++companies;
        for (int i = 0; i < loads.size(); i++) {
            LaneLoad load = loads.get(i);
            long company = 2 * i < loads.size() ? firstHalf : secondHalf;
            int mostRecords = loads.size() > 1 ? Integer.MAX_VALUE : (load.count() + 1) / 2;
            List<ShardLane> lanes = stream.putAgain(load.records());
            expected.remove(load);
            stream.arePutAgain(lanes);
            lanes.forEach(lane -> lane.isolate(company, mostRecords));
            stream.judged(load.lane());
        }
    }

    // ---- a request that was answered entry by entry ----

    private void entriesAnswered(PutRequest request, List<PutRecordsResultEntry> results) {
        stream.hasAnswered(request.startedAt(), context.ticks().now());
        int index = 0;
        for (LaneLoad load : request.loads()) {
            int next = index + load.entries().size();
            loadAnswered(request, load, results.subList(index, next));
            index = next;
        }
    }

    private void loadAnswered(PutRequest request, LaneLoad load, List<PutRecordsResultEntry> results) {
        OpenCase openCase = new OpenCase(load, request.startedAt());
        for (int i = 0; i < results.size(); i++) {
            RequestEntry entry = load.entries().get(i);
            PutRecordsResultEntry result = results.get(i);
            if (!isStored(result)) {
                judged(openCase, refused(load, entry, result, request.startedAt()));
            } else if (entry.isMixed()) {
                judge(new Landing(openCase, entry, result, 0));
            } else {
                if (!result.shardId().equals(load.lane().shardId())) {
                    stream.storedElsewhere(load.lane(), result.shardId());
                }
                acknowledge(openCase, entry, result);
            }
        }
    }

    private static boolean isStored(@Nullable PutRecordsResultEntry result) {
        return result != null && result.sequenceNumber() != null && result.shardId() != null;
    }

    /** The records to be put again; none if the service refused the entry for good. */
    private List<PendingRecord> refused(
            LaneLoad load, RequestEntry entry, @Nullable PutRecordsResultEntry result, long startedAt) {
        String code = result == null ? NO_RESULT : Objects.requireNonNullElse(result.errorCode(), NO_RESULT);
        String message = result == null ? code : Objects.requireNonNullElse(result.errorMessage(), code);
        if (ServiceErrors.isThrottle(code)) {
            throttled(load, 1, entry.size(), startedAt);
        }
        Verdict verdict = heeded(RetryClassifier.ofEntry(code));
        boolean unknown = verdict instanceof Verdict.Retry retry && retry.mayHaveBeenWritten();
        FailedTry tried =
                new FailedTry(code, message, startedAt, context.ticks().now(), unknown);
        entry.records().forEach(pending -> pending.failed(tried));
        tellRefused(load, entry, code);
        if (verdict instanceof Verdict.Permanent permanent) {
            entry.records().forEach(pending -> stream.givenUp(pending, permanent.reason(), REFUSED));
            return List.of();
        }
        return entry.records();
    }

    // ---- aggregates and where they were stored ----

    private void judge(Landing landing) {
        ShardLane lane = landing.of().load.lane();
        String shardId = landing.result().shardId();
        HashKeyRange range = stream.rangeOf(shardId);
        boolean isTrusted = stream.isTrusted(context.ticks().now());
        if (isTrusted && shardId.equals(lane.shardId()) && lane.range().equals(range)) {
            acknowledge(landing.of(), landing.aggregate(), landing.result());
            return;
        }
        if (landing.listings() == 0) {
            stream.mapIsOld();
        }
        if ((range == null || !isTrusted) && landing.listings() < MOST_LISTINGS && !stream.goesSingly()) {
            landings.add(landing);
        } else if (isTrusted && range != null && landing.aggregate().isInside(range)) {
            acknowledge(landing.of(), landing.aggregate(), landing.result());
        } else {
            putAgain(landing);
        }
    }

    /** Whether an aggregate waits for a range to be learnt. */
    boolean awaitsRange() {
        return !landings.isEmpty();
    }

    /** Judges with a new map what the old one could not tell. */
    void judgeLandings() {
        for (Landing landing : removeLandings()) {
            judge(new Landing(landing.of(), landing.aggregate(), landing.result(), landing.listings() + 1));
        }
    }

    /** The ranges will not be learnt: puts again, because a duplicate is better than a loss. */
    void giveUpLandings() {
        removeLandings().forEach(this::putAgain);
    }

    /** Fails all that has not been judged to the end. If something throws, it is still here. */
    void fail(FailureReason reason, String why) {
        landings.forEach(this::markWrongShard);
        for (LaneLoad load : expected) {
            load.records().forEach(pending -> context.outcomes().failed(pending, reason, why));
        }
        landings.clear();
        expected.clear();
    }

    private void putAgain(Landing landing) {
        markWrongShard(landing);
        judged(landing.of(), landing.aggregate().records());
    }

    private void markWrongShard(Landing landing) {
        String shardId = landing.result().shardId();
        String message = "stored in " + shardId + " as part of an aggregate that does not belong there as a whole";
        FailedTry tried = new FailedTry(
                WRONG_SHARD, message, landing.of().startedAt, context.ticks().now(), true, landing.result());
        landing.aggregate().records().forEach(pending -> pending.failed(tried));
        tellRefused(landing.of().load, landing.aggregate(), WRONG_SHARD);
    }

    private List<Landing> removeLandings() {
        List<Landing> removed = landings;
        landings = new ArrayList<>();
        return removed;
    }

    // ---- the end of a load ----

    private void acknowledge(OpenCase openCase, RequestEntry entry, PutRecordsResultEntry result) {
        long now = context.ticks().now();
        Duration roundTrip = Duration.ofNanos(now - openCase.startedAt);
        context.outcomes().acknowledged(entry, new Stored(result.shardId(), result.sequenceNumber(), now, roundTrip));
        context.outcomes().happened(() -> stored(entry, result.shardId(), openCase.startedAt));
        judged(openCase, List.of());
    }

    private ProducerEvent stored(RequestEntry entry, String shardId, long sentAt) {
        PendingRecord first = entry.records().get(0);
        return new ProducerEvent.KinesisRecordStored(
                stream.name(),
                shardId,
                entry.records().size(),
                entry.records().stream().mapToLong(PendingRecord::size).sum(),
                entry.size(),
                Duration.ofNanos(sentAt - first.putAt),
                first.failures());
    }

    private void tellRefused(LaneLoad load, RequestEntry entry, String code) {
        context.outcomes()
                .happened(() -> new ProducerEvent.KinesisRecordRefused(
                        stream.name(), load.lane().shardId(), entry.records().size(), code));
    }

    private void judged(OpenCase openCase, List<PendingRecord> putAgain) {
        if (openCase.settle(putAgain)) {
            conclude(openCase.load, openCase.again());
        }
    }

    private void conclude(LaneLoad load, List<PendingRecord> again) {
        long now = context.ticks().now();
        List<ShardLane> lanes = again.isEmpty() ? List.of() : stream.putAgain(again);
        expected.remove(load); // from here on its records are where they belong, whatever throws
        if (again.isEmpty()) {
            load.lane().succeeded(now);
        } else {
            stream.arePutAgain(lanes);
        }
        lanes.forEach(lane -> lane.backOff(now, again.size()));
        stream.judged(load.lane());
    }
}
