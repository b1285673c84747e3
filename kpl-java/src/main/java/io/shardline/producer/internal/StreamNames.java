package io.shardline.producer.internal;

import io.shardline.producer.FailureReason;
import io.shardline.runtime.internal.EventLoop;
import io.shardline.runtime.internal.Logs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The name of a stream and the ARNs that end with it: which of them are one stream, and so have one set of lanes.
 *
 * <p>A name is the stream of that name in the client's own account, and only the service knows which that is. It is asked once,
 * when records come by the name and by an ARN; until it has answered they wait, in order. Confined to the loop.
 */
final class StreamNames {

    /** An answer that takes longer is not waited for: records have a time to live. */
    private static final Duration MAX_WAIT = Duration.ofSeconds(2);

    private static final Logger log = Logs.of(StreamNames.class);

    private final String name;
    private final LoopContext context;
    private final StreamShare share;

    /** As records came by them. */
    private final List<StreamLanes> forms = new ArrayList<>(1);

    /** The only form so far, which needs no thought. */
    private @Nullable StreamLanes only;

    private final RecordQueue waiting = new RecordQueue();

    private final Routing routing = new Routing(
            pending -> lanesOf(pending.stream).route(pending),
            pending -> lanesOf(pending.stream).holds(pending),
            (pending, why) -> lanesOf(pending.stream).givenUp(pending, FailureReason.INTERNAL_ERROR, why));

    private final List<Runnable> whenKnown = new ArrayList<>(0);
    private boolean asked;
    private boolean answered;
    private @Nullable String ownArn;

    StreamNames(String name, LoopContext context, StreamShare share) {
        this.name = name;
        this.context = context;
        this.share = share;
    }

    /** What all forms together take of the memory budget; from any thread. */
    StreamShare share() {
        return share;
    }

    /** A form has these shards. If it is not the only stream of its name, those of the first count for all. */
    void useMap(StreamLanes form, ShardMap map) {
        if (forms.isEmpty() || lanesOf(forms.get(0)) == form) {
            share.useMap(map);
        }
    }

    /** The forms of the same stream, or as long as that is not known, those which may be. */
    List<StreamLanes> alike(StreamLanes form) {
        return forms.stream().filter(other -> isAlike(form, other)).toList();
    }

    private boolean isAlike(StreamLanes form, StreamLanes other) {
        boolean mayBe = !answered && form.isArn() != other.isArn();
        return form == other || mayBe || lanesOf(form) == lanesOf(other);
    }

    /** Runs an action once the lanes of a form are known; what waits for the same is routed after it. */
    void whenKnown(StreamLanes form, Runnable action) {
        noteForm(form);
        if (isUnknown()) {
            whenKnown.add(action);
        } else {
            action.run();
        }
    }

    /** The name of a stream, given as such or as the end of an ARN. */
    static String of(String nameOrArn) {
        return nameOrArn.substring(nameOrArn.lastIndexOf('/') + 1);
    }

    boolean isOnly(StreamLanes form) {
        return form == only;
    }

    /** Routes a record, or keeps it until it is known where to. */
    void arrived(PendingRecord pending) {
        noteForm(pending.stream);
        if (isUnknown() || !waiting.isEmpty()) {
            waiting.add(pending);
        } else {
            lanesOf(pending.stream).route(pending);
        }
    }

    private void noteForm(StreamLanes form) {
        if (!forms.contains(form)) {
            forms.add(form);
            only = forms.size() == 1 ? form : null;
            askIfInDoubt();
        }
    }

    private boolean isUnknown() {
        return asked && !answered;
    }

    /** The lanes that have the records of a form: those of the first form of the same stream. */
    StreamLanes lanesOf(StreamLanes form) {
        return isOwn(form) ? forms.stream().filter(this::isOwn).findFirst().orElse(form) : form;
    }

    boolean holds(PendingRecord pending) {
        return waiting.contains(pending);
    }

    /** Fails what waits. */
    void fail(FailureReason reason, String why) {
        waiting.handOver(pending -> context.outcomes().failed(pending, reason, why));
    }

    /** Something threw: the answer may not come, or have been heeded half. */
    void recover() {
        if (isUnknown()) {
            limitWait();
        } else {
            goOn();
        }
    }

    private boolean isOwn(StreamLanes form) {
        return ownArn != null && (!form.isArn() || form.name().equals(ownArn));
    }

    private void askIfInDoubt() {
        boolean inDoubt =
                forms.stream().anyMatch(StreamLanes::isArn) && !forms.stream().allMatch(StreamLanes::isArn);
        if (!inDoubt || asked) {
            return;
        }
        asked = true;
        EventLoop.Timer limit = limitWait();
        context.summary().arn(name).whenComplete((arn, thrown) -> {
            limit.cancel();
            context.loop()
                    .run(() -> answer(
                            arn, thrown == null ? "" : ServiceFailure.of(thrown).toString()));
        });
    }

    private EventLoop.Timer limitWait() {
        return context.loop().schedule(MAX_WAIT.toNanos(), () -> answer(null, "no answer within " + MAX_WAIT));
    }

    private void answer(@Nullable String arn, String failure) {
        if (answered) {
            return;
        }
        answered = true;
        ownArn = arn;
        if (arn == null) {
            log.warn(
                    "name and ARN are taken for two streams, with no order between them stream={} failure={}"
                            + " allow=kinesis:DescribeStreamSummary",
                    name,
                    failure);
        }
        goOn();
    }

    private void goOn() {
        while (!whenKnown.isEmpty()) {
            whenKnown.remove(0).run();
        }
        routing.routeAll(waiting);
    }
}
