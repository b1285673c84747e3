package io.shardline.producer.internal;

import io.shardline.producer.CloseReport;
import io.shardline.producer.FailureReason;
import io.shardline.producer.ProducerConfig;
import io.shardline.producer.ProducerEvent;
import io.shardline.producer.ProducerException;
import io.shardline.producer.ProducerStatistics;
import io.shardline.producer.ProducerStatistics.State;
import io.shardline.producer.PutCallback;
import io.shardline.producer.PutReceipt;
import io.shardline.producer.UserRecord;
import io.shardline.runtime.Platform;
import io.shardline.runtime.internal.Backoff;
import io.shardline.runtime.internal.ControlCalls;
import io.shardline.runtime.internal.EventLoop;
import io.shardline.runtime.internal.OwnedResources;
import io.shardline.runtime.internal.ServiceErrors;
import io.shardline.runtime.internal.ShardListing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;

/**
 * The shell of the producer: the only place that has the executors, the timers and the client.
 *
 * <p>After each batch of its mailbox it asks the lanes who wants to send, lets the planner make requests, and hands decided
 * records to the threads for user code. {@link #put}, {@link #flush} and {@link #close} are thread-safe; everything else is
 * confined to the loop.
 */
public final class ProducerLoop implements LoopContext.Admission {

    /** Threads that complete futures. Two, so that one slow continuation does not stop all others. */
    private static final int USER_CODE_THREADS = 2;

    /** How long a close waits, at its limit, for callbacks that have not returned, and then for calls that have not. */
    static final Duration CALLBACK_GRACE = Duration.ofMillis(500);

    /** The waits between recoveries that fail, so that they do not take the whole processor. */
    private static final Backoff RECOVERY = new Backoff(Duration.ofMillis(1), Duration.ofSeconds(1));

    private static final Duration LONGEST_WAIT = Duration.ofDays(365);

    private final OwnedResources resources;
    private final Platform platform;
    private final Ticks ticks;
    private final EventLoop loop;
    private final MemoryBudget budget;
    private final RecordIntake intake;
    private final RequestDispatch dispatch;
    private final EndpointGuard guard;
    private final UserCode userCode;
    private final LaneSchedule schedule = new LaneSchedule();
    private final Outcomes outcomes;
    private final UnfinishedRecords unfinished = new UnfinishedRecords();

    private EventLoop.@Nullable Timer wake;
    private long wakeAt = Ticks.NEVER;

    // For statistics, as of the last batch.
    private volatile long oldestPutAt = Ticks.NEVER;
    private volatile int inFlightRequests;
    private volatile boolean endpointLost;

    private final AtomicReference<@Nullable CompletableFuture<CloseReport>> report = new AtomicReference<>();
    private volatile Duration closeWithin = LONGEST_WAIT;
    private boolean accepting = true;

    /** Whether what is left is given up. */
    private boolean isOverLimit;

    /** Whether something threw since the last look at everything. */
    private boolean mustRecover;

    /** How often something threw since the last time that all was done. */
    private int failedTurns;

    /** Written by the loop. */
    private volatile boolean finished;

    private EventLoop.@Nullable Timer closeLimit;
    private EventLoop.@Nullable Timer closeEnd;
    private long closeEndAt;

    /** What has been decided, what of it the futures have been told, and what they had been told when the close began. */
    private Tally decided = Tally.NONE;

    private Tally told = Tally.NONE;
    private Tally toldBefore = Tally.NONE;

    private final UntoldBatches untold = new UntoldBatches();

    /** What flushes wait for on the loop. */
    private final Set<Runnable> flushes = new LinkedHashSet<>();

    private ProducerLoop(
            ProducerConfig config, OwnedResources resources, @Nullable Consumer<? super ProducerEvent> listener) {
        this.outcomes = new Outcomes(listener);
        this.resources = resources;
        this.platform = resources.platform();
        this.ticks = new Ticks(platform.nanoTime());
        this.loop = new EventLoop(platform, new EventLoop.Hooks() {
            @Override
            public void afterBatch() {
                act();
            }

            @Override
            public void taskFailed(Throwable thrown) {
                recoverSoon();
            }
        });
        this.userCode = new UserCode(platform, resources.userCodeIsGiven());
        this.budget = new MemoryBudget(config.memoryBudget());
        ControlCalls calls = new ControlCalls(loop, platform);
        LoopContext context = new LoopContext(
                ProducerSettings.of(config),
                ticks,
                loop,
                platform.random(),
                new ShardListing(calls, resources.client()),
                new StreamSummary(calls, resources.client()),
                schedule,
                unfinished,
                outcomes,
                this);
        this.guard = new EndpointGuard(ticks, platform.random());
        this.dispatch =
                new RequestDispatch(context, new RequestSender(resources.client(), platform.io(), context), guard);
        this.intake = new RecordIntake(context, budget, userCode);
    }

    /** What a producer makes for itself where it is given nothing. */
    public static OwnedResources.Defaults defaults(Supplier<KinesisAsyncClient> ownClient) {
        return new OwnedResources.Defaults(
                "producer", USER_CODE_THREADS, ownClient, "would break the order of records");
    }

    /** A loop that is ready for records; it does nothing until there are some. */
    public static ProducerLoop start(ProducerConfig config, OwnedResources resources) {
        return start(config, resources, null);
    }

    /** As above, with a listener that hears of everything that happens. */
    public static ProducerLoop start(
            ProducerConfig config, OwnedResources resources, @Nullable Consumer<? super ProducerEvent> listener) {
        return new ProducerLoop(config, resources, listener);
    }

    /** See the producer's {@code put}. */
    public CompletableFuture<PutReceipt> put(String streamName, UserRecord record) {
        PutFuture future = new PutFuture(userCode);
        intake.put(streamName, record, future);
        return future;
    }

    /** See the producer's {@code put}. */
    public void put(String streamName, UserRecord record, PutCallback callback) {
        intake.put(streamName, record, Objects.requireNonNull(callback, "callback"));
    }

    // ---- statistics ----

    /** See the producer's {@code statistics}. */
    public ProducerStatistics statistics() {
        long oldest = oldestPutAt;
        long finished = intake.finished(); // first, so that the difference is never negative
        long taken = intake.taken();
        return new ProducerStatistics(
                state(),
                taken,
                taken - finished,
                budget.taken(),
                Duration.ofNanos(oldest == Ticks.NEVER ? 0 : Math.max(0, ticks.now() - oldest)),
                inFlightRequests,
                endpointLost);
    }

    /** See the producer's {@code lanes}. */
    public CompletableFuture<List<ProducerStatistics.Lane>> lanes() {
        CompletableFuture<List<ProducerStatistics.Lane>> answer = userCode.futureBehindTasks();
        boolean posted = loop.post(() -> {
            long now = ticks.now();
            List<ProducerStatistics.Lane> lanes = intake.streams().stream()
                    .flatMap(stream -> stream.statistics(now).stream())
                    .sorted(Comparator.comparing(ProducerStatistics.Lane::stream)
                            .thenComparing(ProducerStatistics.Lane::shardId))
                    .toList();
            userCode.run(() -> answer.complete(lanes));
        });
        if (!posted) {
            answer.complete(List.of());
        }
        return answer;
    }

    // ---- ready ----

    /** See the producer's {@code ready}. */
    public CompletableFuture<Void> ready(String streamName) {
        StreamLanes stream = intake.stream(streamName);
        CompletableFuture<Void> ready = userCode.futureBehindTasks();
        CompletableFuture<Void> onLoop = new CompletableFuture<>();
        onLoop.whenComplete((nothing, failure) -> userCode.run(() -> {
            if (failure == null) {
                ready.complete(null);
            } else {
                ready.completeExceptionally(failure);
            }
        }));
        ready.whenComplete((nothing, failure) -> {
            if (!onLoop.isDone()) {
                onLoop.cancel(false);
                loop.post(stream::forgetReady);
            }
        });
        boolean posted = loop.post(() -> {
            if (finished) {
                onLoop.completeExceptionally(closed(streamName)); // it came with the last tasks
            } else {
                whenReady(stream, onLoop);
            }
        });
        if (!posted) {
            ready.completeExceptionally(closed(streamName));
        }
        return ready;
    }

    private static void whenReady(StreamLanes stream, CompletableFuture<Void> ready) {
        try {
            stream.whenReady(ready);
        } catch (Throwable e) {
            ready.completeExceptionally(e);
            throw e;
        }
    }

    private static ProducerException closed(String streamName) {
        return new ProducerException(
                "records cannot be put into stream '" + streamName + "': the producer is closed", null);
    }

    /** See the producer's {@code awaitReady}. */
    public void awaitReady(String streamName, Duration limit) {
        CompletableFuture<Void> ready = ready(streamName);
        try {
            ready.get(bounded(limit).toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            String cause = intake.stream(streamName).trouble().orElse("ListShards has not answered");
            throw new ProducerException(
                    cause + "; the producer is not ready for stream '" + streamName + "' after " + limit, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProducerException(
                    "interrupted while the producer became ready for stream '" + streamName + "'", e);
        } catch (ExecutionException e) {
            Throwable why = ServiceErrors.cause(e);
            throw new ProducerException(String.valueOf(why.getMessage()), why);
        } finally {
            ready.cancel(false);
        }
    }

    /** What nanoseconds can count. */
    private static Duration bounded(Duration limit) {
        return limit.compareTo(LONGEST_WAIT) < 0 ? limit : LONGEST_WAIT;
    }

    private State state() {
        CompletableFuture<CloseReport> closing = report.get();
        if (closing == null) {
            return State.OPEN;
        }
        return closing.isDone() ? State.CLOSED : State.CLOSING;
    }

    /** Futures have completed. */
    void finish(long records) {
        intake.finish(records);
    }

    Outcomes outcomes() {
        return outcomes;
    }

    /** What is left of the memory budget, in bytes. */
    long freeBudget() {
        return budget.free();
    }

    // ---- after every batch ----

    private void act() {
        long now = ticks.now();
        if (mustRecover) {
            recover(now);
        }
        schedule.settle(now);
        long needed = budget.neededByWaiting();
        if (needed > 0) {
            schedule.hurry(needed, budget.size(), now);
        }
        dispatch.sendDue(now);
        oldestPutAt = unfinished.oldestPutAt();
        inFlightRequests = dispatch.inFlight();
        endpointLost = guard.isOpen();
        tellOutcomes(); // who hears of an event finds it in the statistics
        wakeAtNextTurn(now);
        failedTurns = 0;
    }

    private void wakeAtNextTurn(long now) {
        long next = dispatch.nextTurn();
        if (next < wakeAt) {
            if (wake != null) {
                wake.cancel();
            }
            wakeAt = Ticks.NEVER;
            // What there is to do is found out after every timer.
            wake = loop.schedule(next - now, () -> wakeAt = Ticks.NEVER);
            wakeAt = next;
        }
    }

    // ---- after something threw ----

    private void recoverSoon() {
        mustRecover = true;
        long wait = failedTurns == 0 ? 0 : RECOVERY.boundNanos(failedTurns);
        failedTurns++;
        try {
            loop.schedule(wait, this::lookAgain);
        } catch (Throwable e) {
            loop.schedule(wait, this::lookAgain);
        }
    }

    /** What there is to do is found out after every timer. */
    private void lookAgain() {}

    /** A task stopped half way: puts right what it may have left, from the records, the requests and the lanes there are. */
    private void recover(long now) {
        wakeAt = Ticks.NEVER;
        List<ShardLane> lanes = new ArrayList<>();
        for (StreamLanes stream : intake.streams()) {
            stream.recover(dispatch.loads());
            lanes.addAll(stream.lanes());
        }
        schedule.rebuild(lanes);
        dispatch.recover(intake.streams(), now);
        if (isClosing()) {
            recoverClosing();
        }
        mustRecover = false;
    }

    private void recoverClosing() {
        if (closeEnd == null || closeLimit == null) {
            startClosing(closeWithin);
        }
        if (isOverLimit) {
            abandonAll();
        } else if (!accepting) {
            whenAllDone(this::finish);
        }
    }

    private boolean isClosing() {
        return report.get() != null && !finished;
    }

    // ---- outcomes ----

    private void tellOutcomes() {
        Outcomes.Batch batch = outcomes.take(this);
        if (batch != null) {
            decided = decided.plus(batch.tally());
            untold.begun();
            userCode.run(batch::tellAndReturn);
        }
    }

    /** Called on the threads for user code: what they have not come to yet still counts, or it could grow without limit. */
    void giveBack(long bytes) {
        budget.giveBack(bytes);
    }

    /** To be called with records before their bytes are given back; neighbours nearly always count for the same lane. */
    void discount(List<PendingRecord> records) {
        StreamShare.Lane share = StreamShare.UNCOUNTED;
        long bytes = 0;
        for (int i = 0; i < records.size(); i++) {
            PendingRecord pending = records.get(i);
            if (pending.share != share) {
                budget.discount(share, bytes);
                share = pending.share;
                bytes = 0;
            }
            bytes += pending.cost();
        }
        budget.discount(share, bytes);
    }

    /** The futures of a batch have completed. */
    void told(Outcomes.Batch batch) {
        told = told.plus(batch.tally());
        batch.countInEpochs();
    }

    /** Called on the threads for user code: the futures of a batch have completed. If the loop is closed, nobody counts it. */
    void comesBack(Outcomes.Batch batch) {
        try {
            loop.post(batch);
        } finally {
            untold.ended();
        }
    }

    /** See the producer's {@code resume}. */
    public void resume(String streamName) {
        intake.findLike(streamName).ifPresent(stream -> loop.post(stream::resume));
    }

    // ---- flush ----

    /** See the producer's {@code flush}. */
    public CompletableFuture<Void> flush() {
        return flush(intake::behindEarlierPuts, this::whenAllDone);
    }

    /** See the producer's {@code flush}. */
    public CompletableFuture<Void> flush(String streamName) {
        Optional<StreamLanes> stream = intake.find(streamName);
        return stream.isEmpty()
                ? CompletableFuture.completedFuture(null)
                : flush(action -> intake.behindEarlierPuts(stream.get(), action), whenDone -> {
                    List<StreamLanes> names = stream.get().allNames();
                    try {
                        names.forEach(each -> each.hurry(ticks.now()));
                    } finally {
                        UnfinishedRecords.whenDone(
                                names.stream().map(StreamLanes::epochs).toList(), whenDone);
                    }
                });
    }

    /**
     * @param behindPuts runs an action once what was put before is on its way to the loop
     * @param flushing what is done on the loop, with what it has to run when the records before it are done
     */
    private CompletableFuture<Void> flush(Consumer<Runnable> behindPuts, Consumer<Runnable> flushing) {
        CompletableFuture<Void> done = userCode.futureBehindTasks();
        Runnable complete = () -> done.complete(null);
        behindPuts.accept(() -> {
            if (!loop.post(() -> flushOnLoop(flushing, complete))) {
                flushAtTheEnd(complete);
            }
        });
        return done;
    }

    private void flushOnLoop(Consumer<Runnable> flushing, Runnable complete) {
        if (finished) {
            untold.whenAllTold(complete); // it came with the last tasks
            return;
        }
        flushes.add(complete);
        flushing.accept(() -> {
            if (flushes.remove(complete)) {
                userCode.run(complete);
            }
        });
    }

    private void flushAtTheEnd(Runnable complete) {
        if (finished) {
            untold.whenAllTold(complete);
        } else {
            complete.run(); // the platform was shut down under us
        }
    }

    private void whenAllDone(Runnable action) {
        try {
            long now = ticks.now();
            intake.streams().forEach(stream -> stream.hurry(now));
        } finally {
            unfinished.whenDone(action);
        }
    }

    // ---- close ----

    /** See the producer's {@code closeAsync}. */
    public CompletableFuture<CloseReport> close(Duration limit) {
        CompletableFuture<CloseReport> mine = userCode.futureBehindTasks();
        if (report.compareAndSet(null, mine)) {
            intake.close();
            closeWithin = bounded(limit);
            if (loop.post(() -> startClosing(closeWithin))) {
                intake.behindEarlierPuts(() -> loop.post(this::lastPutArrived));
            } else {
                mine.complete(new CloseReport(0, 0, 0)); // the platform was shut down under us
            }
        }
        CompletableFuture<CloseReport> first = report.get();
        return first == null ? mine : first.copy();
    }

    @Override
    public boolean admit(PendingRecord pending) {
        if (!accepting) {
            outcomes.failed(pending, FailureReason.CLOSED, "the producer is closed");
            return false;
        }
        pending.stream.epochs().enter(pending);
        return true;
    }

    private void startClosing(Duration limit) {
        toldBefore = told;
        closeEndAt = Ticks.after(ticks.now(), limit.plus(CALLBACK_GRACE).toNanos());
        closeEnd = loop.schedule(limit.plus(CALLBACK_GRACE).toNanos(), this::finish);
        closeLimit = loop.schedule(limit.toNanos(), this::abandonAll);
    }

    private void lastPutArrived() {
        accepting = false;
        whenAllDone(this::finish);
    }

    private void abandonAll() {
        accepting = false;
        isOverLimit = true;
        String why = "the producer was closed, and its limit reached";
        dispatch.abandon(why);
        intake.streams().forEach(stream -> stream.fail(FailureReason.CLOSED, why));
        budget.close();
    }

    /** If something throws, what is left is tried once more: the other records may have more luck. */
    private void abandonRest() {
        try {
            abandonAll();
        } catch (Throwable e) {
            abandonAll();
        }
    }

    /** Whatever happens here, the close is over: nobody else would end it. */
    private void finish() {
        if (finished) {
            return;
        }
        finished = true;
        try {
            abandonRest();
            for (EventLoop.Timer timer : Arrays.asList(closeLimit, closeEnd, wake)) {
                if (timer != null) {
                    timer.cancel();
                }
            }
            intake.streams().forEach(StreamLanes::isClosed);
        } finally {
            loop.close();
            CloseReport result = decided.since(toldBefore);
            try {
                tellOutcomes();
            } finally {
                flushes.forEach(untold::whenAllTold);
                untold.ended();
                end(result);
            }
        }
    }

    /** The report waits neither for calls that block nor for what is closed behind them, or the close would not keep its limit. */
    private void end(CloseReport result) {
        CompletableFuture<CloseReport> waiting = report.get();
        Runnable tell = () -> {
            if (waiting != null) {
                waiting.complete(result);
            }
        };
        try {
            long left = Math.max(CALLBACK_GRACE.toNanos(), closeEndAt - ticks.now());
            loop.scheduler().schedule(tell, left, TimeUnit.NANOSECONDS);
        } finally {
            closeResources(tell);
        }
    }

    private void closeResources(Runnable tell) {
        Runnable end = () -> {
            try {
                resources.close();
            } finally {
                tell.run();
            }
        };
        try {
            platform.io().execute(end);
        } catch (Throwable e) { // a platform that is not ours, hence no thread of ours to wait for
            end.run();
        }
    }
}
