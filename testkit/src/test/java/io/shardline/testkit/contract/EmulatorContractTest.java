package io.shardline.testkit.contract;

import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract on our emulator. Confined to one thread. */
class EmulatorContractTest implements WholeContract {

    /** Operations that are still to come. */
    @RegisterExtension
    static final Deviations DEVIATIONS = Deviations.of("the emulator")
            .notRun("aClosedShardEndsWithItsChildrenAndTheSubscriptionCompletes", "not there yet")
            .notRun("aConsumerIsMeantByItsArnOrByStreamAndName", "not there yet")
            .notRun("aConsumersNameIsTakenOnlyOnceInAStream", "not there yet")
            .notRun("aDeregisteredConsumerIsGoneInTheEnd", "not there yet")
            .notRun("aMergeNamesTheLowerShardFirst", "not there yet")
            .notRun("aNewConsumerIsCreatingAndThenActive", "not there yet")
            .notRun("aRecordIsGoneWhenItsRetentionIsOver", "not there yet")
            .notRun("aSecondSubscriptionAfterFiveSecondsTakesOver", "not there yet")
            .notRun("aSecondSubscriptionWithinFiveSecondsIsRefused", "not there yet")
            .notRun("aSequenceNumberOfAnotherShardIsRefused", "not there yet")
            .notRun("aShardThatIsSplitEndsTheSubscriptionsToIt", "not there yet")
            .notRun("aStartThatTheTypeDoesNotTakeIsRefused", "not there yet")
            .notRun("aStreamChangesItsMode", "not there yet")
            .notRun("aStreamHasAtMost50Tags", "not there yet")
            .notRun("aSubscriberGetsWhatIsThereAndWhatComes", "not there yet")
            .notRun("aSubscriptionBeginsAtATimestamp", "not there yet")
            .notRun("aSubscriptionBeginsAtOrAfterASequenceNumber", "not there yet")
            .notRun("aSubscriptionBeginsWithAnInitialResponse", "not there yet")
            .notRun("aSubscriptionEndsAfterFiveMinutes", "not there yet")
            .notRun("anIteratorHasOneTo512Characters", "not there yet")
            .notRun("anOnDemandStreamBeginsWithFourShards", "not there yet")
            .notRun("anUnknownConsumerIsNotFound", "not there yet")
            .notRun("anUnknownStreamHasNoTags", "not there yet")
            .notRun("consumersAreListedInPages", "not there yet")
            .notRun("eitherATokenOrAStreamIsNeeded", "not there yet")
            .notRun("encryptionIsASettingOfTheStream", "not there yet")
            .notRun("eventsComeAlsoWithoutRecordsAndAreNotBehind", "not there yet")
            .notRun("everyTypeNeedsWhatBelongsToIt", "not there yet")
            .notRun("keysAndValuesOfTagsHaveLimits", "not there yet")
            .notRun("latestIsWhatComesAfterTheSubscription", "not there yet")
            .notRun("monitoringTellsWhatWasAndWhatWillBe", "not there yet")
            .notRun("otherConsumersAndOtherShardsAreOtherSubscriptions", "not there yet")
            .notRun("tagsAreAddedReplacedListedByNameAndRemoved", "not there yet")
            .notRun("tagsAreListedInPages", "not there yet")
            .notRun("theContinuationIsWhereTheNextSubscriptionGoesOn", "not there yet")
            .notRun("theRetentionGrowsAndShrinks", "not there yet")
            .notRun("theRetentionIsADayToAYear", "not there yet")
            .notRun("theRetentionIsChangedInTheDirectionThatTheCallSays", "not there yet")
            .notRun("thereIsNoSubscriptionToAnUnknownShard", "not there yet")
            .notRun("whatIsNoSequenceNumberIsRefused", "not there yet")
            .notRun("whoIsNotRegisteredCanNotSubscribe", "not there yet")
            .notRun("atTrimHorizonAreTheShardsThatWereOpenThen", "not there yet")
            .notRun("ofMoreThanAThousandRecordsASecondSomeEntriesAreThrottled", "not there yet")
            .notRun("ofMoreThanFiveReadsASecondSomeAreThrottled", "not there yet");

    private final Kinesis kinesis = new EmulatorKinesis();

    @Override
    public Kinesis kinesis() {
        return kinesis;
    }
}
