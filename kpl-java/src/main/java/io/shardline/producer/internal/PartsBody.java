package io.shardline.producer.internal;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.reactivestreams.Subscriber;
import software.amazon.awssdk.core.async.AsyncRequestBody;

/**
 * A body that is in memory in several parts, and can be read as a stream, too, by who signs it.
 *
 * <p>Immutable.
 */
final class PartsBody implements AsyncRequestBody {

    private final List<ByteBuffer> parts;
    private final String contentType;
    private final AsyncRequestBody publisher;

    /** @param parts nobody may change what is in them */
    PartsBody(List<ByteBuffer> parts, String contentType) {
        this.parts = List.copyOf(parts);
        this.contentType = contentType;
        this.publisher = AsyncRequestBody.fromByteBuffersUnsafe(parts.toArray(ByteBuffer[]::new));
    }

    /** All of it, from the beginning. */
    InputStream stream() {
        return new SequenceInputStream(
                Collections.enumeration(parts.stream().map(PartsBody::streamOf).toList()));
    }

    private static InputStream streamOf(ByteBuffer part) {
        return new ByteArrayInputStream(part.array(), part.arrayOffset() + part.position(), part.remaining());
    }

    @Override
    public Optional<Long> contentLength() {
        return publisher.contentLength();
    }

    @Override
    public String contentType() {
        return contentType;
    }

    @Override
    public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
        publisher.subscribe(subscriber);
    }
}
