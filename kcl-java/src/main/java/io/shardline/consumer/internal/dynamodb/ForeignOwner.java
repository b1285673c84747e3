package io.shardline.consumer.internal.dynamodb;

import org.jspecify.annotations.Nullable;

/**
 * The owner of a lease row that another program wrote last, such as Amazon's KCL, as the lease protocol sees it (rule 27): a
 * session that is not in the table.
 *
 * <p>The name holds key and counter, so it stands for a state of a row and not for a worker: when the row moves, its owner has
 * another name. The protocol lets a lease be taken from a session that two reads, a judging time apart, did not find; applied to
 * such a name that means: from a foreign owner whose row did not move for a judging time. The take is conditional on all that the
 * name says. No session has such a name, as those end in hexadecimal digits. Immutable.
 *
 * @param leaseOwner KCL's {@code leaseOwner}
 * @param counter KCL's {@code leaseCounter}
 * @param leaseKey the row's
 * @param checkpointOwner KCL's {@code checkpointOwner}: while one worker of KCL hands over to another, the one that still
 *     processes
 */
record ForeignOwner(
        String leaseOwner,
        long counter,
        String leaseKey,
        @Nullable String checkpointOwner) {

    private static final String COUNTER = " (foreign, counter ";
    private static final String OF = " of ";
    private static final String HANDED_OVER = ", handed over by ";
    private static final String END = ")";
    private static final int DECIMAL = 10;
    private static final int MAX_COUNTER_LENGTH = Long.toString(Long.MIN_VALUE).length();

    /** The foreign owner that {@code name} stands for, or null if it is the name of a session. Linear in its length. */
    static @Nullable ForeignOwner parse(String name) {
        if (!name.endsWith(END)) {
            return null;
        }
        for (int at = name.lastIndexOf(COUNTER); at >= 0; at = name.lastIndexOf(COUNTER, at - 1)) {
            ForeignOwner owner = parse(name, at);
            if (owner != null) {
                return owner;
            }
        }
        return null;
    }

    /** With the counter after {@code at}; null if there is none, or something else behind it. */
    private static @Nullable ForeignOwner parse(String name, int at) {
        int from = at + COUNTER.length();
        int last = name.length() - END.length();
        int to = from < last && name.charAt(from) == '-' ? from + 1 : from;
        while (to < last && to - from < MAX_COUNTER_LENGTH && isDigit(name.charAt(to))) {
            to++;
        }
        int key = to + OF.length();
        if (!name.startsWith(OF, to) || key > last) {
            return null;
        }
        try {
            long counter = Long.parseLong(name, from, to, DECIMAL);
            int handedOver = name.indexOf(HANDED_OVER, key);
            int by = handedOver + HANDED_OVER.length();
            return handedOver < 0 || by > last
                    ? new ForeignOwner(name.substring(0, at), counter, name.substring(key, last), null)
                    : new ForeignOwner(
                            name.substring(0, at), counter, name.substring(key, handedOver), name.substring(by, last));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** The name under which it appears as the owner of a lease. */
    String name() {
        String handOver = checkpointOwner == null ? "" : HANDED_OVER + checkpointOwner;
        return leaseOwner + COUNTER + counter + OF + leaseKey + handOver + END;
    }
}
