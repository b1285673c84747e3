package io.shardline.consumer.internal.process;

import io.shardline.consumer.ConsumerRecord;
import io.shardline.consumer.RecordContext;
import io.shardline.consumer.RecordHandler;
import io.shardline.consumer.ShardContext;
import java.time.Duration;
import java.util.List;

/**
 * Gives records one by one to a {@link RecordHandler}.
 *
 * <p>Confined to one user-code thread at a time.
 */
final class RecordHandlerProcessor implements ShardProcessor {

    private final RecordHandler handler;
    private final Tenure tenure;

    RecordHandlerProcessor(RecordHandler handler, Tenure tenure) {
        this.handler = handler;
        this.tenure = tenure;
    }

    @Override
    public void started(ShardContext context) {}

    @Override
    public void process(BatchRun run) throws Exception {
        List<ConsumerRecord> records = run.records();
        RecordContext context = contextOf(run);
        for (int i = run.handled(); i < records.size() && run.mayGoOn(); i++) {
            handler.handle(records.get(i), context);
            run.handled(i + 1);
        }
    }

    @Override
    public int failed(BatchRun run) {
        return 1;
    }

    @Override
    public void shutdownRequested() {}

    @Override
    public void shardEnded() {}

    @Override
    public void leaseLost() {}

    @Override
    public boolean hasLifeCycle() {
        return false;
    }

    @Override
    public boolean checkpointsItself() {
        return true;
    }

    private RecordContext contextOf(BatchRun run) {
        return new RecordContext() {
            @Override
            public int attempt() {
                return run.attempt();
            }

            @Override
            public Duration behindLatest() {
                return run.batch().behindLatest();
            }

            @Override
            public long fencingToken() {
                return tenure.context().fencingToken();
            }

            @Override
            public boolean isLeaseHeld() {
                return tenure.isHeld();
            }
        };
    }
}
