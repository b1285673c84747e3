package io.shardline.consumer.internal;

import io.shardline.consumer.ConsumerEvent;
import io.shardline.consumer.internal.lease.ReadPressure;
import io.shardline.consumer.internal.lease.RetrievalChoice;
import io.shardline.consumer.internal.lease.SessionKeeper;
import io.shardline.consumer.internal.lease.StreamRow;
import io.shardline.consumer.internal.retrieve.FanOutRegistration;
import io.shardline.consumer.internal.retrieve.ReadGauges;
import io.shardline.consumer.internal.retrieve.RetrievalPlanner;
import io.shardline.consumer.internal.retrieve.RetrievalPlanner.Described;
import io.shardline.consumer.internal.retrieve.RetrievalPlanner.Mode;
import io.shardline.consumer.internal.retrieve.RetrievalPlanner.Plan;
import io.shardline.consumer.internal.retrieve.RetrievalPlanner.Wish;
import io.shardline.consumer.internal.retrieve.RetrievalReason;
import io.shardline.consumer.internal.retrieve.RetrievalRules;
import io.shardline.runtime.internal.Logs;
import io.shardline.runtime.internal.ServiceErrors;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import software.amazon.awssdk.services.kinesis.model.StreamDescriptionSummary;
import software.amazon.awssdk.services.kinesis.model.StreamMode;

/**
 * How one stream is read that is read automatically: what its row says, and what becomes of that row where this worker decides.
 *
 * <p>Dedicated throughput is written down once its consumer is active. Before a worker registers the consumer it writes down that
 * it does, so that the consumer is deregistered whatever becomes of that worker; and it is deregistered some time after polling was
 * written down, when all workers know. Confined to the consumer loop.
 */
final class AutomaticStream implements FanOutRegistration.Gate {

    private static final Logger log = Logs.of(AutomaticStream.class);

    /** How often a switch back that a user asks for is written, each time after another worker has written. */
    private static final int MAX_WRITES = 5;

    private final String name;
    private final SessionKeeper.Setting leasing;
    private final RetrievalRules rules;
    private final RetrievalPlanner planner;
    private final Wish wish;
    private final EventFeed events;
    private final Runnable announce;
    private final ReadGauges gauges;
    private final FanOutRegistration registration;

    private RetrievalChoice choice = RetrievalChoice.FIRST;
    private boolean isKnown;
    private boolean deciding;
    private boolean preparing;
    private @Nullable Long decidedAt;
    private @Nullable String hindrance;

    /**
     * What all such streams work with.
     *
     * @param announce has all workers look at the lease table
     */
    record Setting(SessionKeeper.Setting leasing, RetrievalRules rules, EventFeed events, Runnable announce) {}

    AutomaticStream(String name, Setting setting, Wish wish, Registrations registrations) {
        this.name = name;
        this.leasing = setting.leasing();
        this.rules = setting.rules();
        this.events = setting.events();
        this.announce = setting.announce();
        this.planner = new RetrievalPlanner(rules);
        this.wish = wish;
        this.gauges = new ReadGauges(leasing.loop(), rules, wish.latency());
        this.registration = registrations.create(this);
        registration.hold();
    }

    /** Makes the registered consumer of a stream. */
    interface Registrations {

        FanOutRegistration create(FanOutRegistration.Gate gate);
    }

    FanOutRegistration registration() {
        return registration;
    }

    ReadGauges gauges() {
        return gauges;
    }

    /** In words, why it is not read with dedicated throughput though that is needed, or null. */
    @Nullable
    String problem() {
        String why = hindrance;
        return why == null || choice.isFanOut()
                ? null
                : "stream '" + name + "' is short of throughput and is polled, as " + why;
    }

    // -------------------------------------------------------------------------------------------------- following

    /** Takes in the stream's row as it was read or written. */
    void saw(StreamRow row) {
        boolean isFirst = !isKnown;
        isKnown = true;
        RetrievalChoice before = choice;
        if (row.retrieval().turn() <= before.turn()) {
            return;
        }
        choice = row.retrieval();
        if (before.isFanOut() == choice.isFanOut()) {
            return;
        }
        log.info(
                "stream={} is read {} from now on, by all workers: {}",
                name,
                choice.isFanOut() ? "with fan-out" : "by polling",
                choice.why());
        if (choice.isFanOut()) {
            registration.permit();
        } else {
            registration.hold();
        }
        if (!isFirst) {
            events.emit(new ConsumerEvent.RetrievalSwitched(name, choice.isFanOut(), choice.why()));
        }
    }

    private void read(Runnable then, Consumer<Throwable> failure) {
        leasing.calls()
                .read(
                        () -> leasing.store().readStreams(List.of(name)),
                        rows -> {
                            rows.forEach(this::saw);
                            then.run();
                        },
                        failure);
    }

    // -------------------------------------------------------------------------------------------------- deciding

    /** It is for this worker to decide, given how all workers see the stream. */
    void decide(StreamRow row, ReadPressure pressure) {
        long now = leasing.loop().nanoTime();
        Long last = decidedAt;
        if (deciding || (last != null && now - last < rules.interval().toNanos())) {
            return;
        }
        decidedAt = now;
        if (row.removed()) {
            decideRemoved();
        } else if (!planner.isQuiet(choice, pressure, wish)) {
            deciding = true;
            registration.describe(stream -> described(pressure, stream), this::failed);
        } else {
            hindrance = null;
            unregisterIfLeft();
        }
    }

    private void decideRemoved() {
        if (choice.isFanOut()) {
            deciding = true;
            writeSwitch(RetrievalPlanner.back(now(), choice, RetrievalReason.REMOVED));
        } else {
            unregisterIfLeft();
        }
    }

    private Instant now() {
        return leasing.platform().wallClock().instant();
    }

    private void failed(Throwable failure) {
        deciding = false;
        log.warn("stream={} cannot be looked at to choose how it is read: {}", name, ServiceErrors.message(failure));
    }

    private void described(ReadPressure pressure, StreamDescriptionSummary stream) {
        boolean isOnDemand =
                stream.streamModeDetails() != null && stream.streamModeDetails().streamMode() == StreamMode.ON_DEMAND;
        Plan plan = planner.plan(
                now(),
                choice,
                pressure,
                new Described(
                        isOnDemand ? Mode.ON_DEMAND : Mode.PROVISIONED,
                        orNone(stream.openShardCount()),
                        orNone(stream.consumerCount())),
                wish);
        String hinders = plan.hindrance();
        if (hinders != null && !hinders.equals(hindrance)) {
            log.warn("stream={} is short of throughput and is polled, as {}", name, hinders);
        }
        hindrance = hinders;
        RetrievalChoice next = plan.next();
        if (next == null) {
            deciding = false;
            unregisterIfLeft();
        } else if (next.isFanOut()) {
            preparing = true;
            registration.prepare(isActive -> prepared(next, isActive));
        } else {
            writeSwitch(next);
        }
    }

    private static int orNone(@Nullable Integer count) {
        return count == null ? 0 : count;
    }

    /** The consumer is active, or will not be soon. The row may have had its turns meanwhile. */
    private void prepared(RetrievalChoice planned, boolean isActive) {
        preparing = false;
        if (isActive && !choice.isFanOut()) {
            writeSwitch(choice.switched(true, now(), planned.why(), planned.stay()));
        } else {
            deciding = false;
        }
    }

    @Override
    public void mayRegister(Consumer<Boolean> answer) {
        read(
                () -> {
                    if (choice.isFanOut()) {
                        write(choice.owned(true), answer);
                    } else if (preparing) {
                        write(choice.owned(true).at(now()), answer);
                    } else {
                        answer.accept(false);
                    }
                },
                failure -> answer.accept(false));
    }

    private void writeSwitch(RetrievalChoice next) {
        write(next, isWritten -> {
            deciding = false;
            announce.run();
        });
    }

    /** Writes the next turn, and calls back with whether it is this one. */
    private void write(RetrievalChoice next, Consumer<Boolean> then) {
        leasing.calls()
                .write(
                        leasing.calls().ordinary(() -> leasing.store().setRetrieval(name, next)),
                        row -> {
                            saw(row);
                            then.accept(true);
                        },
                        row -> {
                            if (row != null) {
                                saw(row);
                            }
                            then.accept(row != null && row.retrieval().equals(next)); // an earlier attempt landed
                        });
    }

    // --------------------------------------------------------------------------------------------- deregistering

    private void unregisterIfLeft() {
        if (choice.isFanOut() || !choice.isOurs() || choice.age(now()).compareTo(rules.grace()) < 0) {
            return;
        }
        deciding = true;
        RetrievalChoice before = choice;
        registration.unregister().whenComplete((nothing, failure) -> {
            if (failure == null && choice.equals(before)) {
                write(choice.owned(false), isWritten -> deciding = false);
            } else {
                deciding = false;
            }
            if (failure != null) {
                log.warn("stream={}: {}", name, ServiceErrors.message(failure));
            }
        });
    }

    /** Ends the registration for the user, also one that was there before: all workers poll again. Completes on the loop. */
    CompletableFuture<Void> deregister() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        read(() -> goBack(1, done), done::completeExceptionally);
        return done;
    }

    private void goBack(int attempt, CompletableFuture<Void> done) {
        if (attempt <= MAX_WRITES && !choice.why().equals(RetrievalReason.DEREGISTERED.word())) {
            write(
                    RetrievalPlanner.back(now(), choice, RetrievalReason.DEREGISTERED),
                    isWritten -> goBack(attempt + 1, done));
        } else {
            announce.run();
            registration.unregister().whenComplete((nothing, failure) -> unregistered(attempt, failure, done));
        }
    }

    private void unregistered(int attempt, @Nullable Throwable failure, CompletableFuture<Void> done) {
        if (failure != null) {
            done.completeExceptionally(failure);
        } else if (choice.isFanOut() && attempt <= MAX_WRITES) {
            goBack(attempt + 1, done); // another worker has decided meanwhile
        } else if (choice.isOurs() && !choice.isFanOut()) {
            write(choice.owned(false), isWritten -> done.complete(null));
        } else {
            done.complete(null);
        }
    }
}
