package io.shardline.testkit.time;

/**
 * Carries what a task threw out of its executor and into the failure of the run.
 *
 * <p>Immutable.
 */
final class TaskFailedException extends RuntimeException {
    TaskFailedException(Throwable cause) {
        super(cause.toString(), cause);
    }
}
