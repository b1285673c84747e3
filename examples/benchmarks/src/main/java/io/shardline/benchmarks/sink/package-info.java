/** The other end of the wire: a Kinesis that takes records, counts them and keeps none, as a process of its own. */
@NullMarked
package io.shardline.benchmarks.sink;

import org.jspecify.annotations.NullMarked;
