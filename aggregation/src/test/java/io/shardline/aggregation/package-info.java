@NullMarked
package io.shardline.aggregation;

import org.jspecify.annotations.NullMarked;
