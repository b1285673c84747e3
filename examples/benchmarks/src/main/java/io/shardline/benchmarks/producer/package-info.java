/** Producers side by side at the same sink: ours, Amazon's KPL, and the bare SDK. */
@NullMarked
package io.shardline.benchmarks.producer;

import org.jspecify.annotations.NullMarked;
