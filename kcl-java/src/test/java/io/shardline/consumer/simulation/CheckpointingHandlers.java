package io.shardline.consumer.simulation;

import com.google.common.util.concurrent.Uninterruptibles;
import io.shardline.consumer.Checkpointer;
import io.shardline.consumer.ConsumerRecord;
import io.shardline.consumer.RecordBatch;
import io.shardline.consumer.ShardContext;
import io.shardline.consumer.ShardHandler;
import io.shardline.consumer.ShardHandlerFactory;
import io.shardline.testkit.time.SimulatedProcess;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Shard handlers of one worker that checkpoint by themselves, in every way in which that is possible, or not at all, and that
 * throw anywhere.
 *
 * <p>Confined to the simulation.
 */
final class CheckpointingHandlers implements ShardHandlerFactory {

    private static final int MAX_LATER_MILLIS = 3_000;
    private static final List<Way> WAYS = List.of(Way.values());

    private final FleetWorld world;
    private final String worker;
    private final ScheduledExecutorService later;
    private final FleetWorld.Handler handler;

    /** When a call of {@code records} checkpoints. */
    private enum Way {
        NEVER,
        SOME_RECORDS,
        ITS_BATCH,
        ON_ANOTHER_THREAD,
        AFTERWARDS
    }

    CheckpointingHandlers(FleetWorld world, SimulatedProcess process, FleetWorld.Handler handler) {
        this.world = world;
        this.worker = process.name();
        this.later = process.executor("later");
        this.handler = handler;
    }

    @Override
    public ShardHandler create(ShardContext context) {
        return new Handler();
    }

    private final class Handler implements ShardHandler {

        @Override
        public void started(ShardContext context) {
            throwSometimes("started");
        }

        @Override
        public void records(RecordBatch batch, Checkpointer checkpointer) throws InterruptedException {
            Way way = WAYS.get(world.random.nextInt(WAYS.size()));
            world.count("checkpoints of handlers: " + way);
            for (ConsumerRecord record : batch.records()) {
                handler.take(worker, record);
                if (way == Way.SOME_RECORDS && world.random.nextInt(4) == 0) {
                    handler.checkpoints(record);
                    checkpointer.checkpointAsync(record);
                }
            }
            world.draws.takeTime();
            checkpoint(way, batch.records(), checkpointer);
            throwSometimes("after its records");
            batch.records().forEach(handler::returned);
        }

        private void checkpoint(Way way, List<ConsumerRecord> records, Checkpointer checkpointer) {
            switch (way) {
                case ITS_BATCH -> {
                    handler.checkpoints(records.get(records.size() - 1));
                    checkpointer.checkpointAsync();
                }
                case ON_ANOTHER_THREAD -> onAnotherThread(checkpointer);
                case AFTERWARDS ->
                    later.schedule(
                            () -> checkpointer.checkpointAsync(),
                            world.random.nextInt(MAX_LATER_MILLIS),
                            TimeUnit.MILLISECONDS);
                default -> {}
            }
        }

        private void onAnotherThread(Checkpointer checkpointer) {
            Thread other = new Thread(checkpointer::checkpointAsync);
            other.start();
            Uninterruptibles.joinUninterruptibly(other); // that thread or this one runs, never both
        }

        @Override
        public void leaseLost() {
            throwSometimes("leaseLost");
        }

        @Override
        public void shardEnded(Checkpointer checkpointer) {
            checkpointer.checkpointAsync();
            throwSometimes("shardEnded");
        }

        @Override
        public void shutdownRequested(Checkpointer checkpointer) {
            world.count("checkpoints of handlers: at a shutdown");
            if (world.random.nextBoolean()) {
                onAnotherThread(checkpointer);
            } else {
                checkpointer.checkpointAsync();
            }
            throwSometimes("shutdownRequested");
        }

        private void throwSometimes(String where) {
            if (!world.isHealed() && world.random.nextInt(10) == 0) {
                world.count("fault: handler throws " + where);
                throw new BadMood("the handler is in a bad mood: " + where);
            }
        }
    }
}
