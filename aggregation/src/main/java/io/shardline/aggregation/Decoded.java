package io.shardline.aggregation;

import java.util.List;

/**
 * What the data of a Kinesis record turned out to be. Of {@link Plain} and {@link Malformed} the Kinesis record itself is
 * the user's record and is to be delivered as it came, so that no data is lost. Immutable.
 */
public sealed interface Decoded permits Decoded.Plain, Decoded.Aggregated, Decoded.Malformed {

    /** Not an aggregate: it does not begin with the magic, or is too short to hold anything. Immutable. */
    record Plain() implements Decoded {}

    /**
     * An aggregate. The position of an entry in the list is its sub-sequence number. Immutable.
     *
     * @param entries its entries in order, at least one
     * @param putAgainWhole whether its producer says, by a mark in the aggregate, that it puts all entries again before it
     *     acknowledges one of them, if one belongs to another shard than the one that stores the aggregate
     */
    record Aggregated(List<AggregateEntry> entries, boolean putAgainWhole) implements Decoded {
        /** Copies the list, not the entries. */
        public Aggregated {
            entries = List.copyOf(entries);
        }

        /**
         * Without the mark.
         *
         * @param entries its entries in order, at least one
         */
        public Aggregated(List<AggregateEntry> entries) {
            this(entries, false);
        }
    }

    /**
     * Data that begins like an aggregate but is none. Immutable.
     *
     * @param reason what is wrong
     * @param detail the same for a human reader, with the offending value
     */
    record Malformed(Reason reason, String detail) implements Decoded {}

    /** What is wrong with malformed data. Immutable. */
    enum Reason {
        /** The MD5 at the end is not that of the message: damaged, or a plain record that happens to begin alike. */
        BAD_CHECKSUM,
        /** The message is not protobuf, or a length or a required field is wrong or missing. */
        BAD_PROTOBUF,
        /** An entry names a table position that does not exist. */
        INDEX_OUT_OF_RANGE,
        /** A text in the table of explicit hash keys is not a decimal number from 0 to 2^128-1. */
        BAD_HASH_KEY,
        /** A partition key in the table is longer than Kinesis takes, 256 characters, so no producer was given it. */
        KEY_TOO_LONG,
        /** The message is sound but has no entry, so there is nothing else to deliver but the Kinesis record itself. */
        NO_ENTRIES
    }
}
