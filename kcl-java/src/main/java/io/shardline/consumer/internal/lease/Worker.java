package io.shardline.consumer.internal.lease;

/**
 * A worker as it is configured; all its sessions say so.
 *
 * <p>Immutable.
 *
 * @param id its name, for people
 * @param mostLeases how many leases it holds at most
 */
public record Worker(String id, int mostLeases) {

    /** One that holds as many as there are. */
    public static Worker named(String id) {
        return new Worker(id, Integer.MAX_VALUE);
    }
}
