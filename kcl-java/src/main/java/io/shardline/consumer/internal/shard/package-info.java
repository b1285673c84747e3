/** Closed: which shards need leases. */
@NullMarked
package io.shardline.consumer.internal.shard;

import org.jspecify.annotations.NullMarked;
