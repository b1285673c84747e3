/**
 * Simulated time: clocks, executors and random numbers that all come from one seed.
 *
 * <p>{@link io.shardline.testkit.time.SimulatedTime} is the entry; it runs a whole fleet in one thread, without sleeping,
 * and the same seed gives the same run on every JDK.
 */
@NullMarked
package io.shardline.testkit.time;

import org.jspecify.annotations.NullMarked;
