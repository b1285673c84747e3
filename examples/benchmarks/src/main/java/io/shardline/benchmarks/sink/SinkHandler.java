package io.shardline.benchmarks.sink;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import io.shardline.aggregation.HashKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Answers what producers ask a Kinesis, in the encoding in which they ask, and two questions of the benchmarks: {@code GET
 * /counts} and {@code POST /reset}.
 *
 * <p>Thread-safe.
 */
final class SinkHandler extends Handler.Abstract {

    private static final JsonFactory JSON = new JsonFactory();
    private static final JsonFactory CBOR = new CBORFactory();
    private static final String CBOR_TYPE = "application/x-amz-cbor-1.1";
    private static final String JSON_TYPE = "application/x-amz-json-1.1";
    /** Where KPL puts its metrics: CloudWatch, in the Smithy RPC v2 protocol, which names the operation in the path. */
    private static final String METRICS = "/service/GraniteServiceVersion20100801/operation/PutMetricData";

    private static final String METRICS_TYPE = "application/cbor";
    private static final byte[] EMPTY_CBOR_MAP = {(byte) 0xA0};
    private static final String VERSION = "Kinesis_20131202.";

    /** All of one length, so that their order as text is their order. */
    private final AtomicLong sequenceNumbers = new AtomicLong(1_000_000_000_000_000_000L);

    private final Shards shards;
    private final Tally tally = new Tally();

    SinkHandler(int shards) {
        this.shards = new Shards(shards);
    }

    /** Writes the fields of an answer. */
    private interface Body {
        void writeTo(JsonGenerator out) throws IOException;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws IOException {
        String path = Request.getPathInContext(request);
        switch (path) {
            case "/counts" -> text(response, callback, tally.counts().line());
            case "/reset" -> {
                tally.reset();
                text(response, callback, "");
            }
            case METRICS -> metrics(request, response, callback);
            default -> operation(request, response, callback);
        }
        return true;
    }

    private static void text(Response response, Callback callback, String text) {
        response.write(true, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), callback);
    }

    private void operation(Request request, Response response, Callback callback) throws IOException {
        String type = String.valueOf(request.getHeaders().get(HttpHeader.CONTENT_TYPE));
        boolean cbor = type.startsWith(CBOR_TYPE);
        JsonFactory format = cbor ? CBOR : JSON;
        String target = String.valueOf(request.getHeaders().get("X-Amz-Target"));
        try (InputStream content = Content.Source.asInputStream(request)) {
            byte[] asked = content.readAllBytes();
            Body answer = switch (target.replace(VERSION, "")) {
                case "PutRecords" -> putRecords(asked, format);
                case "PutRecord" -> putRecord(asked, format);
                case "ListShards" -> this::shards;
                case "DescribeStreamSummary" -> this::summary;
                default -> {
                    response.setStatus(HttpStatus.BAD_REQUEST_400);
                    yield out -> out.writeStringField("__type", "UnknownOperationException");
                }
            };
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, cbor ? CBOR_TYPE : JSON_TYPE);
            response.getHeaders().put("x-amzn-RequestId", String.valueOf(sequenceNumbers.get()));
            response.write(true, ByteBuffer.wrap(encoded(answer, format)), callback);
        }
    }

    /** Takes metrics and forgets them. */
    private static void metrics(Request request, Response response, Callback callback) throws IOException {
        try (InputStream content = Content.Source.asInputStream(request)) {
            content.transferTo(OutputStream.nullOutputStream());
        }
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, METRICS_TYPE);
        response.getHeaders().put("Smithy-Protocol", "rpc-v2-cbor");
        response.write(true, ByteBuffer.wrap(EMPTY_CBOR_MAP), callback);
    }

    private static byte[] encoded(Body body, JsonFactory format) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator out = format.createGenerator(bytes)) {
            out.writeStartObject();
            body.writeTo(out);
            out.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private List<HashKey> stored(byte[] asked, JsonFactory format) throws IOException {
        try (JsonParser parser = format.createParser(asked)) {
            tally.request();
            return PutBody.read(parser, tally::kinesisRecord);
        }
    }

    private Body putRecords(byte[] asked, JsonFactory format) throws IOException {
        List<HashKey> places = stored(asked, format);
        return out -> {
            out.writeNumberField("FailedRecordCount", 0);
            out.writeArrayFieldStart("Records");
            for (HashKey place : places) {
                out.writeStartObject();
                write(place, out);
                out.writeEndObject();
            }
            out.writeEndArray();
        };
    }

    private Body putRecord(byte[] asked, JsonFactory format) throws IOException {
        HashKey place = stored(asked, format).get(0);
        return out -> write(place, out);
    }

    private void write(HashKey place, JsonGenerator out) throws IOException {
        out.writeStringField("ShardId", shards.idFor(place));
        out.writeStringField("SequenceNumber", "49" + sequenceNumbers.incrementAndGet());
    }

    private void shards(JsonGenerator out) throws IOException {
        out.writeArrayFieldStart("Shards");
        for (Shards.Shard shard : shards.all()) {
            out.writeStartObject();
            out.writeStringField("ShardId", shard.shardId());
            out.writeObjectFieldStart("HashKeyRange");
            out.writeStringField("StartingHashKey", shard.startingHashKey());
            out.writeStringField("EndingHashKey", shard.endingHashKey());
            out.writeEndObject();
            out.writeObjectFieldStart("SequenceNumberRange");
            out.writeStringField("StartingSequenceNumber", "490");
            out.writeEndObject();
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    private void summary(JsonGenerator out) throws IOException {
        out.writeObjectFieldStart("StreamDescriptionSummary");
        out.writeStringField("StreamStatus", "ACTIVE");
        out.writeNumberField("OpenShardCount", shards.all().size());
        out.writeEndObject();
    }
}
