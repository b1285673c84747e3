package io.shardline.consumer;

/**
 * The position of a record in its shard: the sequence number, and the index inside an aggregated record.
 *
 * <p>Positions of one shard have the order of its records. Immutable.
 *
 * @param sequenceNumber the Kinesis record's, a decimal number without leading zeros
 * @param subSequenceNumber the index of the user record in its aggregated record, 0 for a plain record
 */
public record Position(String sequenceNumber, long subSequenceNumber) implements Comparable<Position> {

    public Position {
        if (!isDecimal(sequenceNumber)) {
            throw new IllegalArgumentException("a sequence number is a decimal number, was '" + sequenceNumber + "'");
        }
        if (subSequenceNumber < 0) {
            throw new IllegalArgumentException("a sub-sequence number is not negative, was " + subSequenceNumber);
        }
    }

    /** Compares the sequence numbers as numbers, then the indices. */
    @Override
    public int compareTo(Position other) {
        int byLength = Integer.compare(sequenceNumber.length(), other.sequenceNumber.length());
        if (byLength != 0) {
            return byLength;
        }
        int byDigits = sequenceNumber.compareTo(other.sequenceNumber);
        return byDigits != 0 ? byDigits : Long.compare(subSequenceNumber, other.subSequenceNumber);
    }

    @Override
    public String toString() {
        return sequenceNumber + "/" + subSequenceNumber;
    }

    private static boolean isDecimal(String text) {
        if (text.isEmpty() || (text.length() > 1 && text.charAt(0) == '0')) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }
}
