package io.shardline.consumer.internal.process;

import io.shardline.consumer.RecordBatch;
import io.shardline.consumer.ShardContext;
import io.shardline.consumer.ShardHandler;
import io.shardline.consumer.ShardHandlerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Gives batches to a {@link ShardHandler} made for this tenure.
 *
 * <p>Confined to one user-code thread at a time.
 */
final class ShardHandlerProcessor implements ShardProcessor {

    private final ShardHandlerFactory factory;
    private final Tenure tenure;
    private @Nullable ShardHandler handler;

    ShardHandlerProcessor(ShardHandlerFactory factory, Tenure tenure) {
        this.factory = factory;
        this.tenure = tenure;
    }

    @Override
    public void started(ShardContext context) throws Exception {
        handler().started(context);
    }

    @Override
    public void process(BatchRun run) throws Exception {
        if (!run.mayGoOn()) {
            return;
        }
        int count = nextBatch(run);
        if (count > 0) {
            give(run, run.handled() + count);
        }
        run.handled(run.handled() + count);
    }

    private void give(BatchRun run, int to) throws Exception {
        RecordBatch batch = new RecordBatch(
                run.records().subList(run.handled(), to), run.batch().behindLatest());
        tenure.callBegins(run.records().get(to - 1).position(), run.endOf(to));
        try {
            handler().records(batch, tenure.checkpointer());
        } finally {
            tenure.callEnds();
        }
    }

    @Override
    public int failed(BatchRun run) {
        return nextBatch(run);
    }

    private int nextBatch(BatchRun run) {
        return Math.min(tenure.maxBatchRecords(), run.records().size() - run.handled());
    }

    @Override
    public void shutdownRequested() throws Exception {
        handler().shutdownRequested(tenure.checkpointer());
    }

    @Override
    public void shardEnded() throws Exception {
        handler().shardEnded(tenure.checkpointer());
    }

    @Override
    public void leaseLost() {
        handler().leaseLost();
    }

    @Override
    public boolean hasLifeCycle() {
        return true;
    }

    @Override
    public boolean checkpointsItself() {
        return false;
    }

    private ShardHandler handler() {
        ShardHandler made = handler;
        if (made == null) {
            made = factory.create(tenure.context());
            handler = made;
        }
        return made;
    }
}
