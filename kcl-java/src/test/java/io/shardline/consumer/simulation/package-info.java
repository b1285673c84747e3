/** The whole fleet in simulated time: production classes, only clocks, threads, network and table are replaced. */
@NullMarked
package io.shardline.consumer.simulation;

import org.jspecify.annotations.NullMarked;
