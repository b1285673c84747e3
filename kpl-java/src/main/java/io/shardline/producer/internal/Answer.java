package io.shardline.producer.internal;

import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;

/**
 * What came back for a PutRecords request.
 *
 * <p>Immutable.
 */
sealed interface Answer {

    /**
     * The service looked at every entry.
     *
     * <p>Immutable.
     */
    record Results(List<PutRecordsResultEntry> entries) implements Answer {}

    /**
     * The request failed as a whole, as far as we know.
     *
     * <p>Immutable.
     */
    record Failed(ServiceFailure failure) implements Answer {}

    static Answer of(@Nullable PutRecordsResponse response, @Nullable Throwable thrown) {
        if (thrown != null) {
            return new Failed(ServiceFailure.of(thrown));
        }
        if (response == null) {
            return new Failed(new ServiceFailure("EmptyAnswer", "the client answered with nothing", 0));
        }
        return new Results(response.records());
    }
}
