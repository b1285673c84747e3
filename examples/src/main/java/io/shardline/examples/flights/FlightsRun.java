package io.shardline.examples.flights;

import io.shardline.consumer.CloseReport;
import io.shardline.consumer.ConsumerConfig;
import io.shardline.consumer.ConsumerException;
import io.shardline.consumer.Retrieval;
import io.shardline.consumer.ShardlineConsumer;
import io.shardline.consumer.StartingPosition;
import io.shardline.producer.ShardlineProducer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;

/**
 * The program: a producer puts the file, workers handle it, and half way an operator reshards the stream.
 *
 * <p>It knows time and threads only through its {@link FlightsWorld}. Confined to the thread that runs it.
 */
final class FlightsRun {

    private static final Duration TICK = Duration.ofMillis(100);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(30);

    /** When nothing has moved for so long, nothing will. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final FlightsWorld world;
    private final DepartureFile file;
    private final Fleet fleet;
    private final Progress progress;

    private final DepartureTally tally = new DepartureTally();

    private final long beganAt;
    private final List<ShardlineConsumer> workers = new ArrayList<>();
    private final ShardlineProducer producer;
    private final DepartureFeed feed;

    /**
     * How many shards the stream begins with, how many workers read it, and in which way.
     *
     * <p>Immutable.
     */
    record Fleet(int shards, int workers, Retrieval retrieval) {}

    FlightsRun(FlightsWorld world, DepartureFile file, Fleet fleet, Progress progress) {
        this.world = world;
        this.file = file;
        this.fleet = fleet;
        this.progress = progress;
        this.beganAt = world.nanoTime();
        for (int i = 1; i <= fleet.workers(); i++) {
            workers.add(worker("worker-" + i));
        }
        FlightsWorld.Jvm jvm = world.startJvm("producer");
        producer = jvm.producer().build();
        feed = new DepartureFeed(world.name(), file, producer, jvm.mainThread());
    }

    private ShardlineConsumer worker(String name) {
        FlightsWorld.Jvm jvm = world.startJvm(name);
        ConsumerConfig config = ConsumerConfig.builder(world.name(), world.name(), StartingPosition.trimHorizon())
                .workerId(name)
                .leaseDuration(world.leaseDuration())
                .retrieval(fleet.retrieval())
                .build();
        return jvm.consumer()
                .config(config)
                .recordHandler((record, context) -> tally.handle(name, record))
                .build();
    }

    /**
     * Runs from the first put to the last checkpoint.
     *
     * @throws InputException if the file has changed since it was checked
     */
    FlightsResult run() {
        world.createStream(fleet.shards());
        workers.stream().map(ShardlineConsumer::start).toList().forEach(this::await);
        await(producer.ready(world.name()));
        feed.start();
        awaitTrue(() -> feed.put() >= file.departures() / 2 || feed.done().isDone());
        reshard();
        await(feed.done());
        await(producer.closeAsync(CLOSE_LIMIT));
        awaitTrue(() -> tally.arrivals().distinct() >= feed.acknowledged());
        workers.stream().map(ShardlineConsumer::closeAsync).toList().forEach(this::await);
        return new FlightsResult(
                file.departures(), feed.acknowledged(), tally.totals(feed.wrongShard()), sample().nanos());
    }

    private void reshard() {
        ReshardPlan plan = ReshardPlan.draw(world.shards(), world.random());
        progress.say(
                "half way: splitting " + plan.split() + ", merging " + plan.merged() + " and " + plan.mergedWith());
        KinesisAsyncClient operator = world.operator();
        await(operator.splitShard(request -> request.streamName(world.name())
                .shardToSplit(plan.split())
                .newStartingHashKey(plan.newStartingHashKey())));
        awaitActive(operator);
        await(operator.mergeShards(request ->
                request.streamName(world.name()).shardToMerge(plan.merged()).adjacentShardToMerge(plan.mergedWith())));
        awaitActive(operator);
        progress.say("resharded, with " + (file.departures() - feed.put()) + " departures still to be put");
    }

    private void awaitActive(KinesisAsyncClient operator) {
        while (await(operator.describeStreamSummary(request -> request.streamName(world.name())))
                        .streamDescriptionSummary()
                        .streamStatus()
                != StreamStatus.ACTIVE) {
            world.passUntil(() -> false, LOOK_AGAIN);
        }
    }

    private <T> T await(CompletableFuture<T> future) {
        if (!awaitTrue(future::isDone)) {
            throw new IllegalStateException("no answer, and nothing has moved for " + PATIENCE);
        }
        try {
            return future.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /** Waits for it, unless nothing moves any more. */
    private boolean awaitTrue(BooleanSupplier done) {
        Progress.Sample moved = sample();
        while (!world.passUntil(done, TICK)) {
            requireWorkers();
            Progress.Sample now = sample();
            progress.show(now);
            if (now.put() != moved.put() || now.handled() != moved.handled()) {
                moved = now;
            } else if (now.nanos() - moved.nanos() > PATIENCE.toNanos()) {
                return false;
            }
        }
        return true;
    }

    /** @throws ConsumerException if a worker cannot go on, and why */
    private void requireWorkers() {
        for (ShardlineConsumer worker : workers) {
            CloseReport report = worker.ended().getNow(null);
            if (report != null && report.failure() != null) {
                throw report.failure();
            }
        }
    }

    private Progress.Sample sample() {
        return new Progress.Sample(
                world.nanoTime() - beganAt,
                feed.acknowledged(),
                tally.arrivals().distinct());
    }
}
