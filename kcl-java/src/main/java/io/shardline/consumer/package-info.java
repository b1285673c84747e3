/** The consumer: leases shards, follows splits and merges, reads records, hands them to your code and writes checkpoints. */
@NullMarked
package io.shardline.consumer;

import org.jspecify.annotations.NullMarked;
