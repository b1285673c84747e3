package io.shardline.examples.tools;

import java.io.PrintStream;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * Prints shards: id, first and last hash key, parents, with tabs between them.
 *
 * <p>Stateless.
 */
final class ShardLines {

    private ShardLines() {}

    static void print(PrintStream out, List<Shard> shards) {
        for (Shard shard : shards) {
            String parents = Stream.of(shard.parentShardId(), shard.adjacentParentShardId())
                    .filter(Objects::nonNull)
                    .collect(Collectors.joining(","));
            out.println(String.join(
                    "\t",
                    shard.shardId(),
                    shard.hashKeyRange().startingHashKey(),
                    shard.hashKeyRange().endingHashKey(),
                    parents));
        }
    }
}
