/** Benchmarks: programs that measure, and say how. */
@NullMarked
package io.shardline.benchmarks;

import org.jspecify.annotations.NullMarked;
