/** Closed: how records get from a shard into memory. */
@NullMarked
package io.shardline.consumer.internal.retrieve;

import org.jspecify.annotations.NullMarked;
