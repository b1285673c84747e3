package io.shardline.consumer.internal.dynamodb;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a lease row that another program wrote last, such as Amazon's KCL, appears to the lease protocol: as the lease of a
 * session that is not in the table.
 *
 * <p>The name holds the counter, so it stands for one state of one row and not for a worker: when the row moves, its owner
 * has another name. The protocol lets a lease be taken from a session that two reads, a judging time apart, did not find;
 * applied to such a name that means: from a foreign owner whose row did not move for a judging time. The take is
 * conditional on all that the name says. No session has such a name, as those end in hexadecimal digits. Immutable.
 *
 * @param leaseOwner KCL's {@code leaseOwner}
 * @param counter KCL's {@code leaseCounter}
 * @param checkpointOwner KCL's {@code checkpointOwner}: while one worker of KCL hands over to another, the one that still
 *     processes
 */
record ForeignOwner(
        String leaseOwner, long counter, @Nullable String checkpointOwner) {

    private static final Pattern NAME =
            Pattern.compile("(.*) \\(foreign, counter (-?\\d{1,19})(?:, handed over by (.*))?\\)", Pattern.DOTALL);

    /** What {@code name} stands for, or null if it is the name of a session. */
    static @Nullable ForeignOwner parse(String name) {
        Matcher parts = NAME.matcher(name);
        return parts.matches()
                ? new ForeignOwner(parts.group(1), Long.parseLong(parts.group(2)), parts.group(3))
                : null;
    }

    /** The name under which it appears as the owner of a lease. */
    String name() {
        String handOver = checkpointOwner == null ? "" : ", handed over by " + checkpointOwner;
        return leaseOwner + " (foreign, counter " + counter + handOver + ")";
    }
}
