/**
 * What Kinesis does, as tests through the SDK's client alone, run against our emulator, against other people's, and against the
 * service itself.
 */
@NullMarked
package io.shardline.testkit.contract;

import org.jspecify.annotations.NullMarked;
