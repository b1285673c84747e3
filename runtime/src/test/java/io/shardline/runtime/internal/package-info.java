@NullMarked
package io.shardline.runtime.internal;

import org.jspecify.annotations.NullMarked;
