package io.shardline.runtime.internal;

import org.jspecify.annotations.Nullable;

/**
 * Something to be done on the loop, and at the same time its own link in the mailbox, so that posting allocates nothing.
 *
 * <p>A task may be posted again once it has run. Confined to the poster until posted, then to the loop.
 */
public abstract class LoopTask {

    @Nullable
    LoopTask next;

    /** Runs on the loop; must not block. */
    protected abstract void run();
}
