/** Production classes with one mistake each: proof that a simulation sees it. */
@NullMarked
package io.shardline.mutants;

import org.jspecify.annotations.NullMarked;
