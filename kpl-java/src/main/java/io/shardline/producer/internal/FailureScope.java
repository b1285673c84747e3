package io.shardline.producer.internal;

/** Who waits after a request that failed as a whole. Immutable. */
enum FailureScope {

    /** All requests: credentials, a key or a signature, or the clock. */
    PRODUCER,

    /** The requests of a stream: it is throttled, or busy. */
    STREAM,

    /** All requests, by the rules of {@link EndpointGuard}. */
    ENDPOINT,

    /** Nobody else. */
    REQUEST
}
