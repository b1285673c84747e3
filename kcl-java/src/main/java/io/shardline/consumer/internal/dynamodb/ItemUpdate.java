package io.shardline.consumer.internal.dynamodb;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;

/**
 * A conditional change of some attributes of one row, put together step by step.
 *
 * <p>Names and values travel beside the expressions: some of ours, such as {@code state} and {@code from}, are reserved
 * words of the expression language, and the keys of maps may hold any character. Confined to one thread.
 */
final class ItemUpdate {

    private final Map<String, String> names = new LinkedHashMap<>();
    private final Map<String, AttributeValue> values = new LinkedHashMap<>();
    private final List<String> conditions = new ArrayList<>();
    private final List<String> sets = new ArrayList<>();
    private final List<String> removes = new ArrayList<>();
    private final List<String> adds = new ArrayList<>();
    private final List<String> deletes = new ArrayList<>();

    /** The attribute must have this value, or with null be absent. */
    ItemUpdate where(String name, @Nullable AttributeValue value) {
        conditions.add(value == null ? "attribute_not_exists(" + name(name) + ")" : name(name) + " = " + value(value));
        return this;
    }

    /** The attribute must have another value. */
    ItemUpdate whereNot(String name, AttributeValue value) {
        conditions.add(name(name) + " <> " + value(value));
        return this;
    }

    /** The map must have fewer entries than {@code most}, unless it has this one. */
    ItemUpdate whereRoomFor(String map, String key, int most) {
        conditions.add("(size(" + name(map) + ") < " + value(Rows.number(most)) + " OR attribute_exists("
                + entry(map, key) + "))");
        return this;
    }

    ItemUpdate set(String name, AttributeValue value) {
        sets.add(name(name) + " = " + value(value));
        return this;
    }

    /** Sets the attribute, or with null removes it. */
    ItemUpdate setOrRemove(String name, @Nullable AttributeValue value) {
        return value == null ? remove(name) : set(name, value);
    }

    ItemUpdate setEntry(String map, String key, AttributeValue value) {
        sets.add(entry(map, key) + " = " + value(value));
        return this;
    }

    ItemUpdate remove(String name) {
        removes.add(name(name));
        return this;
    }

    /** Removes an entry of a map, which must have this value. */
    ItemUpdate removeEntry(String map, String key, AttributeValue value) {
        conditions.add(entry(map, key) + " = " + value(value));
        removes.add(entry(map, key));
        return this;
    }

    /** Adds to a number, or to a set. */
    ItemUpdate add(String name, AttributeValue value) {
        adds.add(name(name) + " " + value(value));
        return this;
    }

    /** Takes elements out of a set. */
    ItemUpdate delete(String name, AttributeValue value) {
        deletes.add(name(name) + " " + value(value));
        return this;
    }

    /** The request, which gives the row after the change, or the row that refused it. */
    UpdateItemRequest.Builder of(String table, String key) {
        UpdateItemRequest.Builder request = UpdateItemRequest.builder()
                .tableName(table)
                .key(Map.of(Attributes.KEY, Rows.string(key)))
                .updateExpression(clauses())
                .expressionAttributeNames(names)
                .returnValues(ReturnValue.ALL_NEW)
                .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD);
        if (!conditions.isEmpty()) {
            request.conditionExpression(String.join(" AND ", conditions));
        }
        return values.isEmpty() ? request : request.expressionAttributeValues(values);
    }

    /** Deletes a row on the conditions, which it must have; changes play no part. */
    DeleteItemRequest.Builder deletionOf(String table, String key) {
        return DeleteItemRequest.builder()
                .tableName(table)
                .key(Map.of(Attributes.KEY, Rows.string(key)))
                .conditionExpression(String.join(" AND ", conditions))
                .expressionAttributeNames(names)
                .expressionAttributeValues(values)
                .returnValues(ReturnValue.ALL_OLD)
                .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD);
    }

    private String clauses() {
        List<String> clauses = new ArrayList<>();
        clause(clauses, "SET ", sets);
        clause(clauses, "REMOVE ", removes);
        clause(clauses, "ADD ", adds);
        clause(clauses, "DELETE ", deletes);
        return String.join(" ", clauses);
    }

    private static void clause(List<String> clauses, String verb, List<String> parts) {
        if (!parts.isEmpty()) {
            clauses.add(verb + String.join(", ", parts));
        }
    }

    private String entry(String map, String key) {
        return name(map) + "." + name(key);
    }

    private String name(String name) {
        for (Map.Entry<String, String> known : names.entrySet()) {
            if (known.getValue().equals(name)) {
                return known.getKey();
            }
        }
        String placeholder = "#n" + names.size();
        names.put(placeholder, name);
        return placeholder;
    }

    private String value(AttributeValue value) {
        String placeholder = ":v" + values.size();
        values.put(placeholder, value);
        return placeholder;
    }
}
