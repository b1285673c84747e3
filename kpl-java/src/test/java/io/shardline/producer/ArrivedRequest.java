package io.shardline.producer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;

/**
 * A call of an AWS service as it came over a socket: HTTP/1.1, with a body of stated length in JSON or CBOR. Immutable.
 *
 * @param head the request line and the headers
 */
record ArrivedRequest(List<String> head, SdkBytes body) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ObjectMapper CBOR = new ObjectMapper(new CBORFactory());

    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssX", Locale.ROOT).withZone(ZoneOffset.UTC);

    private static final Pattern AUTHORIZATION =
            Pattern.compile("AWS4-HMAC-SHA256 Credential=[^/]+/\\d+/([^/]+)/([^/]+)/aws4_request, "
                    + "SignedHeaders=([^,]+), Signature=\\w+");

    /** The head of the next one, up to the empty line; nothing at the end of the stream. */
    static List<String> nextHead(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int next = in.read();
        while (next >= 0) {
            bytes.write(next);
            if (next == '\n' && bytes.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
                return bytes.toString(ISO_8859_1).lines().toList();
            }
            next = in.read();
        }
        return List.of();
    }

    /** How many bytes of body follow. */
    static int length(List<String> head) {
        return Integer.parseInt(header(head, "content-length"));
    }

    /** For example {@code PutRecords}. */
    static String operation(List<String> head) {
        return header(head, "x-amz-target").replaceFirst(".*\\.", "");
    }

    JsonNode members() throws IOException {
        return format().readTree(body.asByteArrayUnsafe());
    }

    /** What encodes the answer: it is in the encoding of the question. */
    ObjectMapper format() {
        return contentType().contains("cbor") ? CBOR : JSON;
    }

    String contentType() {
        return header(head, "content-type");
    }

    /** Whether it is what somebody with these credentials has signed, as the service looks at it: headers and body. */
    boolean isSignedBy(AwsCredentials credentials) {
        String authorization = header(head, "authorization");
        Matcher scope = AUTHORIZATION.matcher(authorization);
        if (!scope.matches()) {
            return false;
        }
        SdkHttpRequest.Builder unsigned = SdkHttpRequest.builder()
                .method(SdkHttpMethod.POST)
                .uri(URI.create("http://" + header(head, "host") + "/"));
        // What the signer does not write anew.
        for (String name : scope.group(3).split(";", -1)) {
            if (!List.of("host", "x-amz-date", "x-amz-content-sha256").contains(name)) {
                unsigned.putHeader(name, header(head, name));
            }
        }
        Instant date = DATE.parse(header(head, "x-amz-date"), Instant::from);
        SdkHttpRequest again = AwsV4HttpSigner.create()
                .sign(sign -> sign.identity(credentials)
                        .request(unsigned.build())
                        .payload(ContentStreamProvider.fromByteArrayUnsafe(body.asByteArrayUnsafe()))
                        .putProperty(AwsV4HttpSigner.REGION_NAME, scope.group(1))
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, scope.group(2))
                        .putProperty(HttpSigner.SIGNING_CLOCK, Clock.fixed(date, ZoneOffset.UTC)))
                .request();
        return again.firstMatchingHeader("Authorization").orElseThrow().equals(authorization);
    }

    private static String header(List<String> head, String name) {
        return head.stream()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no " + name + " in " + head));
    }
}
