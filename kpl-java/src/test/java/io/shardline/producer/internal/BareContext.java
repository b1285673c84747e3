package io.shardline.producer.internal;

import io.shardline.producer.ProducerConfig;
import io.shardline.runtime.internal.ControlCalls;
import io.shardline.runtime.internal.EventLoop;
import io.shardline.runtime.internal.ShardListing;

/** What the parts of a loop share, without the loop's shell: for tests of one part. Confined to the test's thread. */
final class BareContext {

    private BareContext() {}

    static LoopContext of(ProducerWorld world, ProducerConfig config, EventLoop loop) {
        ControlCalls calls = new ControlCalls(loop, world.platform);
        return new LoopContext(
                ProducerSettings.of(config),
                new Ticks(world.platform.nanoTime()),
                loop,
                world.platform.random(),
                new ShardListing(calls, world.client),
                new StreamSummary(calls, world.client),
                new LaneSchedule(),
                new UnfinishedRecords(),
                new Outcomes(null),
                pending -> true);
    }
}
