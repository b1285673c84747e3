/** The consumer: shards leased, followed through resharding, read, handled and checkpointed. */
@NullMarked
package io.shardline.consumer;

import org.jspecify.annotations.NullMarked;
