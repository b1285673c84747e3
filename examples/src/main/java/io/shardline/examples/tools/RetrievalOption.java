package io.shardline.examples.tools;

import io.shardline.consumer.Retrieval;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads how a stream is read: polling, fan-out, automatic within a limit of shards, or the ARN of a registered consumer.
 *
 * <p>Immutable.
 */
public final class RetrievalOption implements ITypeConverter<Retrieval> {

    private static final Pattern AUTOMATIC = Pattern.compile("automatic:(\\d{1,9})(?::(.+))?");

    @Override
    public Retrieval convert(String text) {
        if (text.equals("polling")) {
            return Retrieval.polling();
        }
        if (text.equals("fan-out")) {
            return Retrieval.fanOut();
        }
        if (text.startsWith("arn:")) {
            try {
                return Retrieval.fanOutArn(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
        Matcher automatic = AUTOMATIC.matcher(text);
        if (automatic.matches()) {
            return automatic(Integer.parseInt(automatic.group(1)), automatic.group(2));
        }
        throw new TypeConversionException(
                "a retrieval is polling, fan-out, automatic:SHARDS, automatic:SHARDS:LATENCY (such"
                        + " as automatic:20:300ms) or the ARN of a registered consumer, was '" + text + "'");
    }

    private static Retrieval automatic(int maxShards, @Nullable String latency) {
        try {
            return latency == null
                    ? Retrieval.automatic(maxShards)
                    : Retrieval.automatic(maxShards, new ShortDuration().convert(latency));
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
