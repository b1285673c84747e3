/** What the programs for scripts print and return. */
@NullMarked
package io.shardline.examples.tools;

import org.jspecify.annotations.NullMarked;
