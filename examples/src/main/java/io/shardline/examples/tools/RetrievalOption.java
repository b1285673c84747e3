package io.shardline.examples.tools;

import io.shardline.consumer.Retrieval;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads how a stream is read: polling, fan-out, or the ARN of a registered consumer.
 *
 * <p>Immutable.
 */
public final class RetrievalOption implements ITypeConverter<Retrieval> {

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
        throw new TypeConversionException(
                "a retrieval is polling, fan-out or the ARN of a registered consumer, was '" + text + "'");
    }
}
