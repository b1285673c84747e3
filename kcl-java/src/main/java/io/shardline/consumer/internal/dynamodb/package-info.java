/** Closed: the lease table in DynamoDB. */
@NullMarked
package io.shardline.consumer.internal.dynamodb;

import org.jspecify.annotations.NullMarked;
