package io.shardline.consumer.internal.lease;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.hash.Hashing;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How many shards of one stream are short of throughput, as one worker or all together see it.
 *
 * <p>Immutable.
 *
 * @param throttled shards of whose reads a share is refused, because all readers together read too much or too often
 * @param lagging shards that fall behind although all is read that they give
 * @param late shards whose records come later than is wanted
 * @param busy shards that give more than half of what they can
 */
public record ReadPressure(int throttled, int lagging, int late, int busy) {

    /** None. */
    public static final ReadPressure NONE = new ReadPressure(0, 0, 0, 0);

    private static final Pattern TEXT = Pattern.compile("(\\d{1,9})/(\\d{1,9})/(\\d{1,9})/(\\d{1,9})(?:/.*)?");

    private static final int KEY_CHARACTERS = 8;

    /** A short name for a stream, for rows that must stay small. */
    public static String keyOf(String streamName) {
        return Hashing.sha256().hashString(streamName, UTF_8).toString().substring(0, KEY_CHARACTERS);
    }

    /** Reads what {@link #toString} gives, whatever a later version adds behind it; null if it is something else. */
    public static @Nullable ReadPressure parse(String text) {
        Matcher numbers = TEXT.matcher(text);
        if (!numbers.matches()) {
            return null;
        }
        return new ReadPressure(
                Integer.parseInt(numbers.group(1)),
                Integer.parseInt(numbers.group(2)),
                Integer.parseInt(numbers.group(3)),
                Integer.parseInt(numbers.group(4)));
    }

    /** Of other shards as well. */
    public ReadPressure plus(ReadPressure other) {
        return new ReadPressure(
                throttled + other.throttled, lagging + other.lagging, late + other.late, busy + other.busy);
    }

    /** Whether polling is short of anything. */
    public boolean isFelt() {
        return throttled + lagging + late > 0;
    }

    /** Of how many shards something is said, each as often as something is. */
    public int shards() {
        return throttled + lagging + late + busy;
    }

    @Override
    public String toString() {
        return throttled + "/" + lagging + "/" + late + "/" + busy;
    }
}
