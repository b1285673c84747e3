/**
 * The aggregated record format of Amazon's Kinesis Producer Library: many user records in the data of one Kinesis record.
 *
 * <p>An aggregated record is {@code F3 89 9A C2}, a protobuf message and the MD5 of that message. The message has a table
 * of partition keys, a table of explicit hash keys, and the entries, which name their keys by position in the tables.
 * {@link io.shardline.aggregation.AggregateBuilder} fills an aggregate up to a size, {@link
 * io.shardline.aggregation.AggregateCodec} turns entries to bytes and back, {@link io.shardline.aggregation.HashKey} and
 * {@link io.shardline.aggregation.HashKeyRange} say where in a stream a record belongs.
 */
@NullMarked
package io.shardline.aggregation;

import org.jspecify.annotations.NullMarked;
