/**
 * A Kinesis that runs inside a test, on time, randomness and faults that the test controls.
 *
 * <p>{@link io.shardline.testkit.KinesisEmulator} is the entry.
 */
@NullMarked
package io.shardline.testkit;

import org.jspecify.annotations.NullMarked;
