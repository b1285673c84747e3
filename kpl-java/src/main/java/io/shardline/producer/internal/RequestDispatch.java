package io.shardline.producer.internal;

import io.shardline.producer.FailureReason;
import io.shardline.producer.ProducerEvent;
import io.shardline.runtime.internal.ServiceErrors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Sends what is due: asks the lanes, lets the planner make requests, and waits for their answers.
 *
 * <p>Confined to the loop.
 */
final class RequestDispatch {

    /** How much longer than its own time-out a client may take to answer before it is no longer waited for. */
    private static final Duration ANSWER_GRACE = Duration.ofSeconds(1);

    private final LoopContext context;
    private final ProducerSettings settings;
    private final RequestSender sender;
    private final EndpointGuard guard;

    /** Of what fails for all streams, as expired credentials. */
    private final RequestBackoff backoff;

    /** How many tries in a row the key or the signature was refused for. */
    private int refusals;

    private final Set<PutRequest> inFlight = new LinkedHashSet<>();

    /** When lanes that are due but may not send yet must be looked at again. */
    private long heldUntil = Ticks.NEVER;

    RequestDispatch(LoopContext context, RequestSender sender, EndpointGuard guard) {
        this.context = context;
        this.settings = context.settings();
        this.sender = sender;
        this.guard = guard;
        this.backoff = new RequestBackoff(context.random());
    }

    /** Sends all that may be sent now. */
    void sendDue(long now) {
        LaneSchedule schedule = context.schedule();
        schedule.settle(now);
        while (maySend(now)) {
            schedule.bringForward(now, now + settings.companyNanos());
            send(nextRequest(now), now);
            schedule.settle(now);
        }
        schedule.growReady();
        schedule.settle(now);
    }

    /** When there may be something to send next, if nothing happens before. */
    long nextTurn() {
        return Math.min(context.schedule().nextTurnAt(), heldUntil);
    }

    int inFlight() {
        return inFlight.size();
    }

    /** Waits for no answer any more, and fails what was sent. */
    void abandon(String why) {
        for (PutRequest request : inFlight) {
            boolean wasSent = !request.withdraw();
            request.end();
            FailedTry tried = new FailedTry(
                    wasSent ? ServiceErrors.NO_ANSWER : ServiceFailure.NOT_SENT,
                    wasSent ? "no answer before the producer was closed" : "not sent before the producer was closed",
                    request.startedAt(),
                    context.ticks().now(),
                    wasSent);
            for (LaneLoad load : request.loads()) {
                load.records().forEach(pending -> {
                    pending.failed(tried);
                    context.outcomes().failed(pending, FailureReason.CLOSED, why);
                });
            }
        }
        inFlight.clear();
    }

    /** Whether there is something to send and nothing against it; then it has to be sent. */
    private boolean maySend(long now) {
        heldUntil = Ticks.NEVER;
        int slots = settings.maxInFlightRequests() - inFlight.size();
        if (slots <= 0 || !context.schedule().hasReady()) {
            return false;
        }
        if (!backoff.permits(now)) {
            heldUntil = backoff.nextTryAt();
            return false;
        }
        if (!guard.permits()) {
            heldUntil = Math.max(now + 1, guard.nextTryAt());
            return false;
        }
        return true;
    }

    /** More lanes than have room in a request are not looked at. */
    private List<ShardLane> nextRequest(long now) {
        List<RequestPlanner.Candidate<ShardLane>> candidates = new ArrayList<>();
        for (ShardLane lane : context.schedule().oldestReady(ShardLane.MOST_ENTRIES)) {
            lane.refill(now);
            candidates.add(new RequestPlanner.Candidate<>(
                    lane,
                    lane.stream().name(),
                    lane.company(),
                    lane.age(),
                    lane.loadBytes(now),
                    lane.loadEntries(now)));
        }
        return RequestPlanner.plan(candidates, 1).get(0);
    }

    private void send(List<ShardLane> lanes, long now) {
        StreamLanes stream = lanes.get(0).stream();
        List<LaneLoad> loads = lanes.stream().map(lane -> lane.takeLoad(now)).toList();
        PutRequest request = new PutRequest(stream, loads, now);
        inFlight.add(request);
        try {
            lanes.forEach(ShardLane::filled);
            backoff.sent(request);
            stream.backoff().sent(request);
            hold(stream);
            stream.requestIsSent(request, now);
            watch(request, now, now);
            sender.send(request, this::answered);
        } catch (Throwable e) {
            if (request.withdraw()) {
                inFlight.remove(request);
                stream.judge().broken(request, e);
            }
            throw e;
        }
    }

    /** What is in requests. */
    Set<LaneLoad> loads() {
        Set<LaneLoad> loads = Collections.newSetFromMap(new IdentityHashMap<>());
        inFlight.forEach(request -> loads.addAll(request.loads()));
        return loads;
    }

    /** Something threw: every request is watched again, and nothing waits for one that is not there. */
    void recover(Collection<StreamLanes> streams, long now) {
        inFlight.stream().filter(request -> !request.isWatched()).forEach(request -> watch(request, now, now));
        backoff.recover(inFlight, now);
        for (StreamLanes stream : streams) {
            stream.backoff().recover(inFlight, now);
            hold(stream);
        }
        if (inFlight.isEmpty()) {
            guard.recover();
        }
    }

    private void watch(PutRequest request, long since, long now) {
        long until = since + settings.requestTimeoutNanos() + ANSWER_GRACE.toNanos();
        request.watchedBy(context.loop().schedule(until - now, () -> overdue(request)));
    }

    /** It waited for an I/O thread, or since the time that it was sent, which may have been much later. */
    private void overdue(PutRequest request) {
        if (request.withdraw()) {
            ended(request, notSent());
            return;
        }
        long now = context.ticks().now();
        long waited = now - request.sentAt();
        if (waited < settings.requestTimeoutNanos() + ANSWER_GRACE.toNanos()) {
            watch(request, request.sentAt(), now);
        } else {
            answered(request, noAnswer());
        }
    }

    private void answered(PutRequest request, Answer answer) {
        if (request.end()) {
            ended(request, answer);
        }
    }

    private void ended(PutRequest request, Answer answer) {
        inFlight.remove(request);
        try {
            judge(request, answer);
        } catch (Throwable e) { // a defect, or an exhausted heap: no record may get lost over it
            request.stream().judge().broken(request, e);
            throw e;
        }
    }

    private void judge(PutRequest request, Answer answer) {
        boolean wasLost = guard.isOpen();
        guard.answered(answer, request.startedAt());
        noteFailure(request, answer);
        tell(request, answer);
        if (guard.isOpen() != wasLost) {
            context.outcomes()
                    .happened(() -> wasLost ? new ProducerEvent.EndpointReturned() : new ProducerEvent.EndpointLost());
        }
        request.stream().judge().judge(request, answer, refusals);
    }

    /** Has all wait, or all of the stream, for what is the matter with all of them. */
    private void noteFailure(PutRequest request, Answer answer) {
        long now = context.ticks().now();
        RequestBackoff ofStream = request.stream().backoff();
        switch (RetryClassifier.scopeOf(answer)) {
            case PRODUCER -> {
                if (backoff.failed(request, now)) {
                    refusals = RetryClassifier.isDoubted(answer) ? refusals + 1 : 0;
                }
                ofStream.lost(request, now);
            }
            case STREAM -> {
                passed(request);
                ofStream.failed(request, now);
            }
            case ENDPOINT -> {
                backoff.lost(request, now);
                ofStream.lost(request, now);
            }
            case REQUEST -> {
                passed(request);
                ofStream.passed(request);
            }
        }
        hold(request.stream());
    }

    private void passed(PutRequest request) {
        backoff.passed(request);
        refusals = 0;
    }

    /** Says to the schedule whether the stream may send, and again when that ends. */
    private void hold(StreamLanes stream) {
        long now = context.ticks().now();
        boolean isHeld = !stream.backoff().permits(now);
        context.schedule().hold(stream.queue(), isHeld);
        long nextTryAt = stream.backoff().nextTryAt();
        if (isHeld && nextTryAt != Ticks.NEVER) {
            context.loop().schedule(nextTryAt - now, () -> hold(stream));
        }
    }

    private void tell(PutRequest request, Answer answer) {
        Optional<String> error = answer instanceof Answer.Failed failed
                ? Optional.of(failed.failure().code())
                : Optional.empty();
        context.outcomes()
                .happened(() -> new ProducerEvent.RequestAnswered(
                        request.stream().name(),
                        request.entryCount(),
                        request.loads().stream().mapToInt(LaneLoad::count).sum(),
                        request.loads().stream().mapToLong(LaneLoad::bytes).sum(),
                        Duration.ofNanos(context.ticks().now() - request.startedAt()),
                        error));
    }

    private Answer noAnswer() {
        String message = "no answer within " + Duration.ofNanos(settings.requestTimeoutNanos()) + " (requestTimeout)";
        return new Answer.Failed(new ServiceFailure(ServiceErrors.NO_ANSWER, message, 0));
    }

    private Answer notSent() {
        String message = "no thread was free to send it within " + Duration.ofNanos(settings.requestTimeoutNanos());
        return new Answer.Failed(new ServiceFailure(ServiceFailure.NOT_SENT, message, 0));
    }
}
