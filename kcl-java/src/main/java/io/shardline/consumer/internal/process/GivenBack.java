package io.shardline.consumer.internal.process;

import io.shardline.consumer.Position;
import io.shardline.consumer.internal.retrieve.FetchedBatch;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.Record;

/**
 * A batch that waited to be tried again and was given back to the prefetch budget; it will be read anew.
 *
 * <p>Immutable.
 *
 * @param attempt how often its first record that is not handled will have been tried then
 * @param records how many Kinesis records bring that record again, and none from behind the batch
 * @param last the last Kinesis record's sequence number
 */
record GivenBack(int attempt, int records, Position last) {

    /** @param handled where everything is handled up to, or null */
    static GivenBack of(BatchRun run, @Nullable Position handled) {
        List<Record> batch = run.batch().records();
        int again = batch.size();
        boolean isWithin = false;
        if (handled != null) {
            Position from = new Position(handled.sequenceNumber(), 0);
            List<Record> rest = batch.stream()
                    .filter(record -> positionOf(record).compareTo(from) >= 0)
                    .toList();
            isWithin = !rest.isEmpty() && positionOf(rest.get(0)).equals(from);
            again = rest.size();
        }
        // Reading begins at what is handled, so that record comes once more, also if it is one before the batch.
        int records = handled == null || isWithin ? again : again + 1;
        return new GivenBack(run.attempt(), records, positionOf(batch.get(batch.size() - 1)));
    }

    /**
     * How often a batch that was read anew is being tried. One that goes on behind the old one has records that have never
     * failed, and they may not be given up for those that have.
     */
    int attemptsOf(FetchedBatch batch) {
        return positionOf(batch.records().get(batch.records().size() - 1)).compareTo(last) <= 0 ? attempt : 1;
    }

    /** What is left of it once a part has been read that has nothing for the handler; null if nothing is. */
    @Nullable
    GivenBack after(FetchedBatch part) {
        // The last record of the part will come once more, as everything is handled up to it.
        int left = records - part.records().size() + 1;
        return left > 1 ? new GivenBack(attempt, left, last) : null;
    }

    private static Position positionOf(Record record) {
        return new Position(record.sequenceNumber(), 0);
    }
}
