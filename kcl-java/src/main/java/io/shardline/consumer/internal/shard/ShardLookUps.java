package io.shardline.consumer.internal.shard;

import io.shardline.consumer.internal.lease.LeaseKey;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.StreamDescriptionSummary;

/**
 * Looks shards of one stream up in fresh listings, which all shards share that ask at about the same time.
 *
 * <p>Confined to the consumer loop.
 */
final class ShardLookUps {

    private final Owner owner;
    private final SharedCall<List<Shard>> allShards;
    private final SharedCall<Looked> looks;

    /** The stream whose shards are looked up. Called on the loop. */
    interface Owner {

        /** Asks for the stream's description. */
        CompletableFuture<StreamDescriptionSummary> describe();

        /** Whether the stream is the one that the checkpoints are of. */
        boolean isSame(StreamDescriptionSummary described);

        /** What the keys of the stream's leases begin with. */
        String keyPrefix(StreamDescriptionSummary described);

        /** A look has failed; those who asked for it ask again if they still want to know. */
        void lookFailed(Throwable failure);
    }

    /** What one look has shown. */
    private record Looked(StreamDescriptionSummary stream, List<Shard> shards) {}

    /** @param allShards lists all shards that the stream still has */
    ShardLookUps(Owner owner, SharedCall<List<Shard>> allShards) {
        this.owner = owner;
        this.allShards = allShards;
        this.looks = new SharedCall<>(this::look);
    }

    private CompletableFuture<Looked> look() {
        return owner.describe()
                .thenCompose(stream -> allShards.ask().thenApply(shards -> new Looked(stream, shards)))
                .whenComplete((looked, failure) -> {
                    if (failure != null) {
                        owner.lookFailed(failure);
                    }
                });
    }

    /**
     * Looks a shard up. Calls back if the listing succeeds, and shows the same stream: one that was deleted and made again has
     * shards of the same names.
     */
    void lookUp(LeaseKey key, Consumer<Listed> answer) {
        looks.ask().thenAccept(looked -> {
            if (!owner.isSame(looked.stream())) {
                return;
            }
            answer.accept(
                    key.stream().equals(owner.keyPrefix(looked.stream()))
                            ? stateOf(key.shardId(), looked.shards())
                            : Listed.ABSENT); // of an earlier stream of that name
        });
    }

    private static Listed stateOf(String shardId, List<Shard> shards) {
        return shards.stream()
                .filter(shard -> shard.shardId().equals(shardId))
                .map(ShardLookUps::stateOf)
                .findFirst()
                .orElse(Listed.ABSENT);
    }

    private static Listed stateOf(Shard shard) {
        boolean isClosed = shard.sequenceNumberRange() != null
                && shard.sequenceNumberRange().endingSequenceNumber() != null;
        return isClosed ? Listed.CLOSED : Listed.OPEN;
    }
}
