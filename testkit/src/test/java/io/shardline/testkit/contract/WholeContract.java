package io.shardline.testkit.contract;

/** All parts of the contract. Confined to one thread. */
interface WholeContract
        extends StreamContract,
                PutContract,
                ReadContract,
                ReshardContract,
                ListShardsContract,
                SettingsContract,
                FanOutContract,
                QuotaContract {}
