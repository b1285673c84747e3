/**
 * A producer for Amazon Kinesis Data Streams: puts user records, aggregated in KPL's format, in order per partition key.
 *
 * <p>Begin with {@link io.shardline.producer.ShardlineProducer}.
 */
@NullMarked
package io.shardline.producer;

import org.jspecify.annotations.NullMarked;
