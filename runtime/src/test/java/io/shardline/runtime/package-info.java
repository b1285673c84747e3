@NullMarked
package io.shardline.runtime;

import org.jspecify.annotations.NullMarked;
