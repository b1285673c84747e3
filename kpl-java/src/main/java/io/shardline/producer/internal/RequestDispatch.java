package io.shardline.producer.internal;

import io.shardline.producer.FailureReason;
import io.shardline.producer.ProducerEvent;
import io.shardline.runtime.internal.ServiceErrors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
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
    private final Set<PutRequest> inFlight = new LinkedHashSet<>();

    /** When lanes that are due but may not send yet must be looked at again. */
    private long heldUntil = Ticks.NEVER;

    RequestDispatch(LoopContext context, RequestSender sender, EndpointGuard guard) {
        this.context = context;
        this.settings = context.settings();
        this.sender = sender;
        this.guard = guard;
    }

    /** Sends all that may be sent now. */
    void sendDue(Collection<StreamLanes> streams, long now) {
        boolean sent = true;
        while (sent) {
            context.schedule().settle();
            List<ShardLane> due = context.schedule().dueAt(now);
            due.forEach(lane -> lane.expire(now));
            streams.forEach(StreamLanes::failStopped);
            sent = sendFrom(due, now);
        }
        context.schedule().settle();
    }

    /** When there may be something to send next, if nothing happens before. */
    long nextTurn(long now) {
        return Math.min(context.schedule().firstAfter(now), heldUntil);
    }

    int inFlight() {
        return inFlight.size();
    }

    /** Waits for no answer any more, and fails what was sent. */
    void abandon(String why) {
        for (PutRequest request : inFlight) {
            request.end();
            FailedTry tried = new FailedTry(
                    ServiceErrors.NO_ANSWER,
                    "no answer before the producer was closed",
                    request.startedAt(),
                    context.ticks().now(),
                    true);
            for (LaneLoad load : request.loads()) {
                load.records().forEach(pending -> {
                    pending.failed(tried);
                    context.outcomes().failed(pending, FailureReason.CLOSED, why);
                });
            }
        }
        inFlight.clear();
    }

    private boolean sendFrom(List<ShardLane> due, long now) {
        List<ShardLane> sendable =
                due.stream().filter(lane -> lane.isSendableAt(now)).toList();
        int slots = settings.maxInFlightRequests() - inFlight.size();
        heldUntil = Ticks.NEVER;
        Set<ShardLane> left = new LinkedHashSet<>(sendable);
        boolean sent = false;
        for (List<ShardLane> lanes : plan(sendable, slots, now)) {
            if (!guard.permits()) {
                heldUntil = Math.max(now + 1, guard.nextTryAt());
                break;
            }
            lanes.forEach(left::remove);
            send(lanes, now);
            sent = true;
        }
        for (ShardLane lane : left) {
            lane.grow();
            heldUntil = Math.min(heldUntil, lane.expiresAt());
        }
        return sent;
    }

    private List<List<ShardLane>> plan(List<ShardLane> sendable, int slots, long now) {
        if (sendable.isEmpty() || slots == 0) {
            return List.of();
        }
        List<RequestPlanner.Candidate<ShardLane>> candidates = new ArrayList<>(sendable.size());
        for (ShardLane lane : sendable) {
            candidates.add(new RequestPlanner.Candidate<>(
                    lane,
                    lane.stream().name(),
                    lane.company(),
                    lane.age(),
                    lane.loadBytes(now),
                    lane.loadEntries(now)));
        }
        return RequestPlanner.plan(candidates, slots);
    }

    private void send(List<ShardLane> lanes, long now) {
        StreamLanes stream = lanes.get(0).stream();
        List<LaneLoad> loads = lanes.stream().map(lane -> lane.takeLoad(now)).toList();
        PutRequest request = new PutRequest(stream, loads, now);
        inFlight.add(request);
        stream.requestIsSent(request, now);
        request.watchedBy(context.loop()
                .schedule(
                        settings.requestTimeoutNanos() + ANSWER_GRACE.toNanos(), () -> answered(request, noAnswer())));
        sender.send(request, this::answered);
    }

    private void answered(PutRequest request, Answer answer) {
        if (request.end()) {
            inFlight.remove(request);
            tell(request, answer);
            boolean wasLost = guard.isOpen();
            guard.answered(answer, request.startedAt());
            if (guard.isOpen() != wasLost) {
                context.outcomes()
                        .happened(() ->
                                wasLost ? new ProducerEvent.EndpointReturned() : new ProducerEvent.EndpointLost());
            }
            request.stream().judge().judge(request, answer);
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
}
