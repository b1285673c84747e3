/** What holds for the whole project: its architecture, and the code in its guides. */
@NullMarked
package io.shardline.examples;

import org.jspecify.annotations.NullMarked;
