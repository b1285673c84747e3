/** Independent emulators as processes on the loopback interface, which end with the JVM that started them. */
@NullMarked
package io.shardline.emulators;

import org.jspecify.annotations.NullMarked;
