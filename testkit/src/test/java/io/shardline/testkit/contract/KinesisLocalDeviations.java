package io.shardline.testkit.contract;

/** What {@code kinesis-local} 0.6.2 does instead of what the contract says. Immutable. */
final class KinesisLocalDeviations {

    private static final String INSTEAD_OF_VALIDATION = "InvalidArgumentException";

    private KinesisLocalDeviations() {}

    static Deviations known() {
        Deviations known = Deviations.of("kinesis-local 0.6.2");
        validation(known);
        leniency(known);
        quotas(known);
        shards(known);
        descriptions(known);
        fanOut(known);
        volumes(known);
        return known;
    }

    /** Of LocalStack only what nobody has the time for. */
    static Deviations inLocalStack() {
        Deviations known = Deviations.of("LocalStack 4.14.0");
        volumes(known);
        return known;
    }

    private static void validation(Deviations known) {
        known.test("errorsAreInTheServicesWords", "errors have words of its own", "Stream arn arn:aws:kinesis:");
        for (String test : new String[] {
            "aNameHasToFollowThePattern",
            "aNameHasOneTo128Characters",
            "theLargestRecordIsASetting",
            "aPartitionKeyHasOneTo256Characters",
            "oneInvalidRecordRefusesTheWholeCall",
            "anExplicitHashKeyIsANumberBelow2To128",
            "aRecordHasAtMostOneMebibyteItsPartitionKeyIncluded",
            "whatIsNoSequenceNumberIsRefused",
            "aLimitIsOneTo10000",
            "keysAndValuesOfTagsHaveLimits"
        }) {
            known.test(test, "a value that breaks a rule is an InvalidArgumentException", INSTEAD_OF_VALIDATION);
        }
        known.test("aStreamHasAtLeastOneShard", "no shards are too many: a LimitExceededException", "LimitExceeded");
        known.test("theTypeIsOneOfFive", "an unknown iterator type is a SerializationException", "Serialization");
        known.test("aBrokenIteratorIsAnInvalidArgument", "a broken iterator is an HTTP 500 without a code", "500");
        known.test("anIteratorHasOneTo512Characters", "an empty iterator is an HTTP 500 without a code", "500");
        known.test("aPageHasOneTo10000Shards", "a page of no shards is an HTTP 500 without a code", "500");
    }

    private static void leniency(Deviations known) {
        String accepted = "a refusal was expected, got ";
        known.test("aCallHasOneTo500Records", "PutRecords takes 501 records, and none", accepted);
        known.test(
                "aRecordThatIsTooLargeRefusesTheWholeCall",
                "of a PutRecords call only the record that is too large fails",
                "exceeds the stream's max record size");
        known.test(
                "aSequenceNumberOfAnotherShardIsRefused",
                "a sequence number of another shard is a start like any other",
                accepted);
        known.test(
                "aStartThatTheTypeDoesNotTakeIsRefused", "LATEST and TRIM_HORIZON ignore a sequence number", accepted);
        known.test("aSplitNeedsAHashKeyInsideTheShard", "a shard is split at its very beginning", accepted);
        known.test("aStreamOfAnotherTimeIsNotFound", "ListShards ignores the creation time", accepted);
    }

    private static void quotas(Deviations known) {
        String nothing = "Expecting actual not to be empty";
        known.test("ofMoreThanAThousandRecordsASecondSomeEntriesAreThrottled", "nothing is throttled", nothing);
        known.test("ofMoreThanFiveReadsASecondSomeAreThrottled", "nothing is throttled", nothing);
    }

    private static void shards(Deviations known) {
        known.test(
                "anExplicitHashKeyDecidesAndBothEndsOfAShardBelongToIt",
                "of two even shards the upper one begins one hash key too early",
                "but some elements were not found");
        known.test(
                "theShardCountCanBeDoubledAndHalved",
                "even shards begin one hash key too early",
                "85070591730234615865843651857942052863");
        known.test(
                "theEndOfAClosedShardIsAfterItsRecordsAndBeforeItsChildren",
                "every closed shard ends at 9223372036854775807",
                "\"9223372036854775807\"");
        known.test(
                "atTrimHorizonAreTheShardsThatWereOpenThen",
                "AT_TRIM_HORIZON lists the children of the shards that were open then too",
                "[\"shardId-000000000001\", \"shardId-000000000002\"]");
    }

    private static void descriptions(Deviations known) {
        known.test(
                "aNewStreamIsCreatingWithoutShardsAndThenActiveWithEvenOnes",
                "a stream has shards while it is CREATING",
                "Expecting empty but was: [Shard(");
        known.test(
                "aStreamThatIsBeingCreatedTakesNoRecords",
                "a stream that is CREATING is in use, and not unknown",
                "ResourceInUseException");
        known.test(
                "aSummaryTellsTheLargestRecord",
                "the largest record is told only after it was set",
                "Expecting actual not to be null");
        known.test("aListOfStreamsSummarizesThem", "ListStreams has names and no summaries", "Expecting actual:\n  []");
        known.test("aListOfStreamsGoesOnByToken", "the token of ListStreams begins again", "but some elements");
        known.test(
                "consumersAreListedInPages",
                "a page repeats the last consumer of the one before",
                "size: 1 but was: 2");
    }

    private static void fanOut(Deviations known) {
        known.test(
                "aSubscriptionBeginsWithAnInitialResponse", "there is no initial response", "to be true but was false");
        known.test(
                "aShardThatIsSplitEndsTheSubscriptionsToIt",
                "a subscription never ends, and says nothing of children",
                "the subscription is over");
        known.test(
                "aSecondSubscriptionAfterFiveSecondsTakesOver",
                "a second subscription is refused for as long as there is a first one",
                "Another active subscription exists");
        known.notRun("thereIsNoSubscriptionToAnUnknownShard", "the call never ends");
        known.notRun(
                "aClosedShardEndsWithItsChildrenAndTheSubscriptionCompletes",
                "a subscription never ends, as aShardThatIsSplitEndsTheSubscriptionsToIt shows");
    }

    private static void volumes(Deviations known) {
        known.notRun("aCallHasAtMostTenMebibytes", "11 MiB take 15 seconds, and are taken");
        known.notRun("anAnswerHasAtMostTenMebibytes", "11 MB take 30 seconds to write and 20 to read");
    }
}
