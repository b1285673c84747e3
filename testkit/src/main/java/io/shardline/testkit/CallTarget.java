package io.shardline.testkit;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.KinesisRequest;

/**
 * What a request is about, as far as it says.
 *
 * <p>Immutable.
 *
 * @param stream the name of the stream, null if it names none
 * @param shard the id of the shard, null if it names none, or several
 */
record CallTarget(@Nullable String stream, @Nullable String shard) {
    private static final String STREAM_IN_ARN = ":stream/";

    /** What the request says, without a look at what is there. */
    static CallTarget of(KinesisRequest request) {
        Optional<String> stream = field(request, "StreamName")
                .or(() -> field(request, "StreamARN").map(CallTarget::nameIn))
                .or(() -> field(request, "ConsumerARN").map(CallTarget::nameIn))
                .or(() -> field(request, "ResourceARN").map(CallTarget::nameIn));
        Optional<String> shard = field(request, "ShardId")
                .or(() -> field(request, "ShardToSplit"))
                .or(() -> field(request, "ShardToMerge"));
        return new CallTarget(stream.orElse(null), shard.orElse(null));
    }

    private static Optional<String> field(KinesisRequest request, String name) {
        return request.getValueForField(name, String.class);
    }

    private static @Nullable String nameIn(String arn) {
        int start = arn.indexOf(STREAM_IN_ARN);
        if (start < 0) {
            return null;
        }
        String rest = arn.substring(start + STREAM_IN_ARN.length());
        int end = rest.indexOf('/');
        return end < 0 ? rest : rest.substring(0, end);
    }
}
