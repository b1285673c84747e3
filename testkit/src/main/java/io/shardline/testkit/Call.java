package io.shardline.testkit;

import io.shardline.testkit.RecordWriter.Admission;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import software.amazon.awssdk.awscore.DefaultAwsResponseMetadata;
import software.amazon.awssdk.awscore.util.AwsHeader;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.kinesis.model.KinesisResponse;

/**
 * One call as it takes effect: what goes wrong with it, and what its answer is stamped with.
 *
 * <p>Immutable.
 *
 * @param operation its name as the service writes it
 * @param fault what goes wrong
 * @param requestId the service's id of this call
 * @param nowMillis the service's time at which it took effect
 */
record Call(String operation, Fault fault, String requestId, long nowMillis) {
    private static final int OK = 200;

    /** Adds what every answer has: request id, and the HTTP headers with the service's date. */
    <B extends KinesisResponse.Builder> B stamp(B answer) {
        answer.responseMetadata(DefaultAwsResponseMetadata.create(Map.of(AwsHeader.AWS_REQUEST_ID, requestId)));
        answer.sdkHttpResponse(http(OK));
        return answer;
    }

    /** The HTTP side of an answer. */
    SdkHttpResponse http(int status) {
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                Instant.ofEpochMilli(nowMillis).atOffset(ZoneOffset.UTC));
        return SdkHttpResponse.builder()
                .statusCode(status)
                .putHeader("Date", date)
                .putHeader("x-amzn-RequestId", requestId)
                .build();
    }

    /** The time as of which shards are listed. */
    long listedAtMillis() {
        return fault instanceof Fault.StaleListing stale
                ? nowMillis - stale.age().toMillis()
                : nowMillis;
    }

    /** How many records before its iterator GetRecords gives again. */
    int repeatedRecords() {
        return fault instanceof Fault.RepeatedRecords repeated ? repeated.count() : 0;
    }

    /** Which entries of a PutRecords call get in. */
    Admission admission() {
        if (fault instanceof Fault.PartialFailure partial) {
            return index -> partial.failing().test(index) ? partial.code() : null;
        }
        return Admission.ALL;
    }
}
