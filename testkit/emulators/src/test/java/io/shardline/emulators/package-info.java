/** Tests that the emulators start, answer and end. */
@NullMarked
package io.shardline.emulators;

import org.jspecify.annotations.NullMarked;
