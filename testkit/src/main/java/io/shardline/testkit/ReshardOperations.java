package io.shardline.testkit;

import java.util.List;
import software.amazon.awssdk.services.kinesis.model.MergeShardsRequest;
import software.amazon.awssdk.services.kinesis.model.MergeShardsResponse;
import software.amazon.awssdk.services.kinesis.model.ScalingType;
import software.amazon.awssdk.services.kinesis.model.SplitShardRequest;
import software.amazon.awssdk.services.kinesis.model.SplitShardResponse;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;
import software.amazon.awssdk.services.kinesis.model.UpdateShardCountRequest;
import software.amazon.awssdk.services.kinesis.model.UpdateShardCountResponse;

/**
 * SplitShard, MergeShards and UpdateShardCount.
 *
 * <p>The stream is UPDATING for its transition time; the old shards take records until then. Confined to the engine's lock.
 */
final class ReshardOperations {
    private final Streams streams;

    ReshardOperations(Streams streams) {
        this.streams = streams;
    }

    SplitShardResponse.Builder splitShard(SplitShardRequest request) {
        Constraints.shardId(request.shardToSplit(), "shardToSplit");
        HashKey middle = Constraints.hashKey(request.newStartingHashKey(), "", "NewStartingHashKey");
        EmulatedStream stream = provisioned(streams.getActive(request.streamName(), request.streamARN()));
        EmulatedShard shard = openShard(stream, request.shardToSplit());
        boolean above = middle.compareTo(shard.start()) > 0 && middle.previous().compareTo(shard.start()) > 0;
        if (!above || middle.compareTo(shard.end()) >= 0) {
            throw ServiceError.invalidArgument("NewStartingHashKey " + middle + " used in SplitShard() on shard "
                    + shard.id() + " in stream " + stream.name().inMessages()
                    + " is not both greater than one plus the shard's StartingHashKey " + shard.start()
                    + " and less than the shard's EndingHashKey " + shard.end() + ".");
        }
        streams.limitShards(1);
        stream.update(streams.changeMillis(), at -> stream.split(shard, middle, at));
        return SplitShardResponse.builder();
    }

    MergeShardsResponse.Builder mergeShards(MergeShardsRequest request) {
        Constraints.shardId(request.shardToMerge(), "shardToMerge");
        Constraints.shardId(request.adjacentShardToMerge(), "adjacentShardToMerge");
        EmulatedStream stream = provisioned(streams.getActive(request.streamName(), request.streamARN()));
        EmulatedShard shard = openShard(stream, request.shardToMerge());
        EmulatedShard adjacent = openShard(stream, request.adjacentShardToMerge());
        if (!isFollowedBy(shard, adjacent)) {
            throw ServiceError.invalidArgument("Shards " + shard.id() + " and " + adjacent.id() + " in stream "
                    + stream.name().inMessages() + " are not an adjacent pair of shards eligible for merging");
        }
        stream.update(streams.changeMillis(), at -> stream.merge(shard, adjacent, at));
        return MergeShardsResponse.builder();
    }

    private static boolean isFollowedBy(EmulatedShard shard, EmulatedShard next) {
        return !shard.end().equals(HashKey.MAX) && shard.end().next().equals(next.start());
    }

    private static EmulatedShard openShard(EmulatedStream stream, String id) {
        EmulatedShard shard = stream.shard(id);
        if (shard == null) {
            throw ServiceError.notFound(
                    "Could not find shard " + id + " in stream " + stream.name().inMessages() + ".");
        }
        if (!shard.isOpen()) {
            throw ServiceError.inUse(
                    "Shard " + id + " in stream " + stream.name().inMessages()
                            + " has already been merged or split, and thus is not eligible for merging or splitting.");
        }
        return shard;
    }

    UpdateShardCountResponse.Builder updateShardCount(UpdateShardCountRequest request) {
        int target = Constraints.required(request.targetShardCount(), "", "targetShardCount");
        Constraints.range(target, "targetShardCount", 1, Streams.MAX_SHARDS);
        if (request.scalingType() != ScalingType.UNIFORM_SCALING) {
            throw Constraints.violation(
                    request.scalingTypeAsString(), "scalingType", "satisfy enum value set: [UNIFORM_SCALING]");
        }
        EmulatedStream stream = provisioned(streams.getActive(request.streamName(), request.streamARN()));
        int current = stream.openShardCount();
        limit(stream, target);
        stream.status(StreamStatus.UPDATING);
        stream.at(streams.changeMillis(), at -> scale(stream, target, at));
        return UpdateShardCountResponse.builder()
                .streamName(stream.name().name())
                .streamARN(stream.name().arn())
                .currentShardCount(current)
                .targetShardCount(target);
    }

    /** Only the service itself changes the shards of a stream of mode ON_DEMAND. */
    private static EmulatedStream provisioned(EmulatedStream stream) {
        if (stream.settings().isOnDemand()) {
            throw ServiceError.clientError(
                    "ValidationException",
                    "Stream " + stream.name().inMessages()
                            + " is of mode ON_DEMAND, and its shards cannot be changed by request.");
        }
        return stream;
    }

    private void limit(EmulatedStream stream, int target) {
        Quotas quotas = streams.quotas();
        int current = stream.openShardCount();
        if (quotas.on(Quota.SCALING_FACTOR)) {
            refuseFarTarget(current, target);
        }
        quotas.limit(
                Quota.SHARDS,
                target,
                Math.max(current, Quotas.MAX_SCALED_SHARDS),
                "Too many shards for UpdateShardCount on stream "
                        + stream.name().inMessages() + ".");
        streams.limitShards(Math.max(0, target - current));
        if (quotas.on(Quota.SCALINGS_PER_DAY) && !stream.settings().scalings().take(streams.nowMillis())) {
            throw ServiceError.limitExceeded("Stream " + stream.name().inMessages() + " can be scaled "
                    + Quotas.SCALINGS_PER_DAY + " times in 24 hours.");
        }
    }

    private static void refuseFarTarget(int current, int target) {
        String counts = " your current open shard count. Current open shard count: " + current + " Target shard count: "
                + target;
        if (target > 2 * current) {
            throw ServiceError.invalidArgument("UpdateShardCount cannot scale up over double" + counts);
        }
        if (2 * target < current) {
            throw ServiceError.invalidArgument("UpdateShardCount cannot scale down below half" + counts);
        }
    }

    /** Takes one round of steps and plans the next, until the shards are even. */
    private void scale(EmulatedStream stream, int target, long atMillis) {
        List<UniformScaling.Step> round = UniformScaling.nextRound(stream.openShards(), target);
        for (UniformScaling.Step step : round) {
            if (step instanceof UniformScaling.Split split) {
                stream.split(split.shard(), split.middle(), atMillis);
            } else if (step instanceof UniformScaling.Merge merge) {
                stream.merge(merge.shard(), merge.adjacent(), atMillis);
            }
        }
        if (UniformScaling.nextRound(stream.openShards(), target).isEmpty()) {
            stream.status(StreamStatus.ACTIVE);
        } else {
            stream.at(atMillis + streams.transitionMillis(), at -> scale(stream, target, at));
        }
    }
}
